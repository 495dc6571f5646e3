import { describe, expect, test } from 'vitest';
import { attributesOf, isDenied } from '../../kube/access-review.ts';
import type { Api } from '../../kube/api.ts';
import { refusal } from '../../kube/api-errors.ts';

describe('a request is asked of the authorizer as', () => {
  test.each([
    ['GET', '/api/v1/namespaces/chat/pods', { verb: 'list', resource: 'pods', namespace: 'chat' }],
    [
      'GET',
      '/api/v1/namespaces/chat/pods/demo-0/log',
      { verb: 'get', resource: 'pods', subresource: 'log', name: 'demo-0', namespace: 'chat' },
    ],
    ['GET', '/api/v1/namespaces/chat', { verb: 'get', resource: 'namespaces', name: 'chat' }],
    [
      'PATCH',
      '/apis/apps/v1/namespaces/chat/statefulsets/demo-redis',
      { verb: 'patch', group: 'apps', resource: 'statefulsets', name: 'demo-redis', namespace: 'chat' },
    ],
    ['POST', '/api/v1/namespaces/chat/secrets', { verb: 'create', resource: 'secrets', namespace: 'chat' }],
    [
      'DELETE',
      '/apis/storage.k8s.io/v1/storageclasses/gold',
      { verb: 'delete', group: 'storage.k8s.io', resource: 'storageclasses', name: 'gold' },
    ],
  ])('%s %s', (method, path, expected) => {
    expect(attributesOf(method, path).spec).toEqual({ resourceAttributes: { group: '', ...expected } });
  });

  test('a path where it is no resource', () => {
    expect(attributesOf('GET', '/version').spec).toEqual({
      nonResourceAttributes: { verb: 'get', path: '/version' },
    });
  });
});

/** An API whose authorizer allows these verbs. */
const allowing = (...allowed: string[]): Pick<Api, 'request'> => ({
  request: (_method, _path, { body } = {}) => {
    const { spec } = body as { spec: { resourceAttributes: { verb: string } } };
    const status = { allowed: allowed.includes(spec.resourceAttributes.verb) };
    return Promise.resolve({ status: 201, json: { status }, warnings: [] });
  },
});

describe('a 403 is the authorizer’s', () => {
  const patch = attributesOf('PATCH', '/api/v1/namespaces/chat/configmaps/a');
  test.each([
    ['when the verb is not allowed', [], false, true],
    ['not when the verb is allowed, whatever the message says', ['patch'], false, false],
    ['when an apply may patch but not create', ['patch'], true, true],
    ['not when an apply may do both', ['patch', 'create'], true, false],
  ])('%s', async (_, allowed, creates, expected) => {
    await expect(isDenied(allowing(...allowed), patch, { creates, signal: undefined })).resolves.toBe(
      expected,
    );
  });

  test('when not even the review is allowed', async () => {
    const asked = { context: 'c', server: 's', method: 'POST', path: '/x' };
    const api = { request: () => Promise.reject(refusal(asked, { status: 403, json: '', isDenied: true })) };
    await expect(isDenied(api, patch, { creates: false, signal: undefined })).resolves.toBe(true);
  });
});

describe('an error of the API server has its facts as fields:', () => {
  const asked = {
    context: 'prod',
    server: 'https://k',
    method: 'PATCH',
    path: '/api/v1/namespaces/a/pods/b',
  };
  test.each([
    [{ status: 403, json: { message: 'no' }, isDenied: true }, 'CLUSTER_DENIED', 'Forbidden'],
    [{ status: 401, json: 'Unauthorized', isDenied: true }, 'CLUSTER_DENIED', 'Unauthorized'],
    [
      { status: 403, json: { message: 'exceeded quota: user cannot know' }, isDenied: false },
      'CLUSTER_REFUSED',
      'Refused',
    ],
  ])('%j', (answer, code, reason) => {
    expect(refusal(asked, answer)).toMatchObject({
      code,
      status: answer.status,
      facts: { reason, context: 'prod', server: 'https://k', verb: 'patch', resource: 'pods' },
    });
  });
});
