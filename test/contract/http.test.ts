import { expect, test } from 'vitest';
import { patientContext, problem, status } from '../../contract/http.ts';

const written = {
  status: {
    ready: false,
    reason: 'WaitingForDependencies',
    message: 'Waiting for Redis.',
    retryAfterSeconds: 2,
    mode: 'extractive',
    dependencies: [{ name: 'redis', state: 'closed' }],
  },
  patientContext: {
    patientId: 'patient:demo',
    facts: [{ id: 'f', text: 'I have a cat.', recordedAt: '2026-01-01T00:00:00.000Z', sourceId: 'm' }],
    recent: [],
    unavailable: [],
  },
  problem: { code: 'NOT_READY', message: 'Waiting.', reasons: ['Redis is away'], retryAfterSeconds: 2 },
};

test('what a newer server adds to an answer is left out, wherever it stands, and the rest is read', () => {
  const [fact] = written.patientContext.facts;
  const [dependency] = written.status.dependencies;
  expect(status.parse({ ...written.status, new: 1, dependencies: [{ ...dependency, new: 1 }] })).toEqual(
    written.status,
  );
  expect(patientContext.parse({ ...written.patientContext, new: 1, facts: [{ ...fact, new: 1 }] })).toEqual(
    written.patientContext,
  );
  expect(problem.parse({ ...written.problem, new: 1 })).toEqual(written.problem);
});

test('a word that a newer server says is read as it is', () => {
  const reason = 'Resting';
  expect(status.parse({ ...written.status, reason }).reason).toBe(reason);
  expect(problem.parse({ ...written.problem, code: 'TOO_LATE' }).code).toBe('TOO_LATE');
});
