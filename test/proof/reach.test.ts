import { describe, expect, test } from 'vitest';
import { renderStack, type Manifest } from '../../charts-ts/render.ts';
import { reach } from '../../proof/reach.ts';
import { at, idOf, stackOf } from '../charts-ts/rendered.ts';
import { expectedReach } from './expected-reach.ts';

const objects = renderStack(stackOf());

test('evaluated, the policies of the default stack allow exactly this (no network plugin is asked)', () => {
  expect(reach(objects)).toEqual(expectedReach);
});

test('a language model elsewhere opens one port to the world, and only for the backend', () => {
  const withModel = renderStack(stackOf({ llm: { baseUrl: 'https://llm.example.com/v1' } }));
  expect(reach(withModel).filter((line) => !expectedReach.includes(line))).toEqual(['backend → world:443']);
});

test('a model at an address opens that address only', () => {
  const withModel = renderStack(stackOf({ llm: { baseUrl: 'http://198.51.100.4:8080/v1' } }));
  expect(reach(withModel).filter((line) => line.includes('8080'))).toEqual([
    'backend → 198.51.100.4/32:8080',
  ]);
});

const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');

/** The objects with `change` done to a copy of one. */
function changed(target: Manifest, change: (copy: Manifest) => void): Manifest[] {
  const copy = structuredClone(target);
  change(copy);
  return objects.map((object) => (object === target ? copy : object));
}

/** Every object below `value`, itself included. */
function within(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  const here = Array.isArray(value) ? [] : [value as Record<string, unknown>];
  return [...here, ...Object.values(value).flatMap(within)];
}

describe.each(policies.map((policy) => [idOf(policy), policy] as const))('%s', (_, policy) => {
  test('removed, the matrix differs', () => {
    expect(reach(objects.filter((object) => object !== policy))).not.toEqual(expectedReach);
  });

  const rules = within(policy['spec']);
  const ports = rules.filter((rule) => typeof rule['port'] === 'number').length;
  test.runIf(ports > 0).each(Array.from({ length: ports }, (__, index) => index))(
    'with another port in place of its port number %i, the matrix differs',
    (index) => {
      const mutated = changed(policy, (copy) => {
        const rule = within(copy['spec']).filter((one) => typeof one['port'] === 'number')[index];
        if (rule) rule['port'] = Number(rule['port']) + 1;
      });
      expect(reach(mutated)).not.toEqual(expectedReach);
    },
  );

  const selectors = rules.filter((rule) => 'matchLabels' in rule).length;
  test.each(Array.from({ length: selectors }, (__, index) => index))(
    'with another label in its selector number %i, the matrix differs',
    (index) => {
      const mutated = changed(policy, (copy) => {
        const rule = within(copy['spec']).filter((one) => 'matchLabels' in one)[index];
        const labels = rule?.['matchLabels'] as Record<string, string>;
        for (const key of Object.keys(labels)) labels[key] = `${labels[key] ?? ''}-changed`;
      });
      expect(reach(mutated)).not.toEqual(expectedReach);
    },
  );
});

test('a Service that leads to another port of its pods makes the matrix differ', () => {
  for (const service of objects.filter(({ kind }) => kind === 'Service')) {
    const mutated = changed(service, (copy) => {
      const port = (at(copy, 'spec.ports') as { targetPort: string }[])[0];
      if (port) port.targetPort = 'nothing';
    });
    expect(reach(mutated), idOf(service)).not.toEqual(expectedReach);
  }
});

test('a rule in words the evaluation does not know stops it', () => {
  const [policy] = policies.slice(1);
  if (!policy) throw new Error('there is no policy');
  const mutated = changed(policy, (copy) => {
    Object.assign(at(copy, 'spec.podSelector') as object, { matchNothing: [] });
  });
  expect(() => reach(mutated)).toThrow('matchNothing');
});
