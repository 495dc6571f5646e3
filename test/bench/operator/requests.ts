import type { ApiServer } from '../../servers/kubernetes/api-server.ts';

export interface Requests {
  readonly all: number;
  /** PATCH, PUT, POST and DELETE, those of Leases excepted. */
  readonly writes: number;
}

/**
 * Requests the API server has answered since it started, by its own count. Watches are left out, and what it asks of itself,
 * such as the IPAddress of each Service.
 */
export async function requestsOf({ request }: ApiServer): Promise<Requests> {
  const { json } = await request('GET', '/metrics');
  const counted = String(json)
    .split('\n')
    .filter((line) => line.startsWith('apiserver_request_total{'))
    .filter(
      (line) =>
        !/resource="(leases|ipaddresses|flowschemas|prioritylevelconfigurations|apiservices)"/.test(line),
    )
    .filter((line) => !/verb="WATCH"/.test(line));
  const sum = (lines: readonly string[]): number =>
    lines.reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  return {
    all: sum(counted),
    writes: sum(counted.filter((line) => /verb="(APPLY|PATCH|PUT|POST|DELETE)"/.test(line))),
  };
}
