import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { gateNames } from '../../../model/gates.ts';
import { chatKind } from '../../../contract/chat-kind.ts';
import { kubernetesWord } from '../../../model/gates.ts';
import { until } from '../stack/until.ts';
import { gatesOf, isWell, stackCondition } from './conditions.ts';
import { watchEndpoints } from './endpoints.ts';
import type { OperatorLab } from './lab.ts';

/** An operator that reaches no pod. */
export interface CutOff {
  /** Asserts, once it has lasted for so long, what the cluster shows of the stack and that no endpoint was lost. */
  readonly hasHeld: (ms: number) => Promise<void>;
  /** Ends it, and asserts that everything is known again and no endpoint was lost meanwhile. */
  readonly end: () => Promise<void>;
  /** Ends it, whatever was seen. May be called again. */
  readonly undo: () => Promise<void>;
}

/** Keeps every pod of the operator from reaching any other pod. The API server and their kubelet still reach them. */
export async function cutOffOperator({ cluster, operator, stack }: OperatorLab): Promise<CutOff> {
  const endpoints = await watchEndpoints(cluster, stack.stack.namespace);
  const ready = endpoints.ready();
  const restarts = await operator.restarts();
  const undos: (() => Promise<void>)[] = [];
  const undo = async () => {
    for (const one of undos) await one();
  };
  for (const address of await operator.addresses()) undos.push(await cluster.cutOffFromPods(address));
  const begun = performance.now();

  const isUnreachable = async () => {
    const gates = await gatesOf(stack);
    return gates.length > 0 && gates.every((gate) => gate.endsWith(' True Unreachable'));
  };
  const nothingIsLost = async () => {
    expect(endpoints.lost).toEqual([]);
    expect(endpoints.ready()).toEqual(ready);
    // A pod of the operator that was replaced would not be cut off.
    expect(await operator.restarts()).toBe(restarts);
  };
  await until('every gate to say that the pod is not reached', isUnreachable);
  return {
    undo,
    hasHeld: async (ms) => {
      await pause(Math.max(0, begun + ms - performance.now()));
      expect(await isUnreachable()).toBe(true);
      for (const type of ['Ready', ...gateNames(chatKind).map((name) => `${kubernetesWord(name)}Ready`)])
        expect([type, await stackCondition(stack, type)]).toEqual([type, 'Unknown Unreachable']);
      await nothingIsLost();
    },
    end: async () => {
      await undo();
      await isWell(stack);
      await nothingIsLost();
      endpoints.stop();
    },
  };
}
