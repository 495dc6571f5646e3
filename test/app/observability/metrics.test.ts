import { expect, test } from 'vitest';
import { Metrics } from '../../../app/observability/metrics.ts';
import { Slots } from '../../../app/slots.ts';

test('calls to the model that read facts are counted by outcome', async () => {
  const readings = { read: 2, failed: 1, refused: 5 };
  const { registry } = new Metrics(
    () => [],
    undefined,
    () => readings,
  );
  expect(await registry.metrics()).toContain('mooring_fact_readings_total{outcome="read"} 2\n');
  expect(await registry.metrics()).toContain('mooring_facts_refused_total 5\n');
  readings.failed = 3;
  expect(await registry.metrics()).toContain('mooring_fact_readings_total{outcome="failed"} 3\n');
});

test('calls to the model are counted: in progress, waiting, refused', async () => {
  const calls = new Slots({ inAll: 2, perKey: 1, waitingPerKey: 1 });
  const { registry } = new Metrics(() => [], calls);
  await calls.take('a');
  void calls.take('a');
  await expect(calls.take('a')).rejects.toThrow();
  const told = await registry.metrics();
  expect(told).toContain('mooring_model_calls{state="in progress"} 1\n');
  expect(told).toContain('mooring_model_calls{state="waiting"} 1\n');
  expect(told).toContain('mooring_model_calls_refused_total 1\n');
});
