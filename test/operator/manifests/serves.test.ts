import { expect, test } from 'vitest';
import { chatKind } from '../../../contract/chat-kind.ts';
import { servedBy, servesText } from '../../../operator/manifests/serves.ts';
import { shopKind } from '../../kinds/shop-kind.ts';

const text = servesText('mooring-operator-a_12ab', [chatKind, shopKind]);

test('the holder of a Lease says which definitions it serves', () => {
  expect(servedBy('mooring-operator-a_12ab', text)).toEqual([
    'chatstacks.mooring.dev',
    'shopstacks.example.com',
  ]);
});

test.each([
  ['of another holder', 'mooring-operator-b_34cd', text],
  ['of a holder whose name begins so', 'mooring-operator-a_12', text],
  ['without a holder', 'mooring-operator-a_12ab', 'chatstacks.mooring.dev'],
  ['that is not there', 'mooring-operator-a_12ab', undefined],
])('a value %s says nothing', (_, holder, value) => {
  expect(servedBy(holder, value)).toBeUndefined();
});
