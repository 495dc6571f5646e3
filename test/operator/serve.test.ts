import { expect, test } from 'vitest';
import { kindOfStack } from '../../config/kind-of-stack.ts';
import { chatKind } from '../../contract/chat-kind.ts';
import { defaultStack } from '../../contract/default-stack.ts';
import { serveOperator } from '../../operator/serve.ts';

test('an operator of a stack in code is refused, with what to write in its place', async () => {
  const inCode = kindOfStack(defaultStack, 'mooring.config.ts');
  await expect(serveOperator([inCode, chatKind])).rejects.toThrow(
    /^mooring\.config\.ts is refused:\n {2}- it defines a stack, and an operator keeps documents: define a kind \(defineKind\)/,
  );
});
