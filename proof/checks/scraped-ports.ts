import { only, setting } from '../changes.ts';
import type { Fault } from '../findings.ts';
import { declaredPorts, servicesOf } from '../graph/ports.ts';
import { saysNumber } from '../graph/said-numbers.ts';
import type { Workload } from '../graph/workloads.ts';
import { listed } from '../listed.ts';
import { called, type Check, type Subject } from './subject.ts';

/** The annotations by which Prometheus' usual configuration finds pods. */
const [scrape, port] = ['prometheus.io/scrape', 'prometheus.io/port'];

/** The port that Prometheus is told to scrape must be one that the pods have. */
export const scrapedPorts: Check = (subject) =>
  subject.graph.workloads.flatMap((workload) => {
    const { [scrape]: isScraped = '', [port]: written = '' } = workload.annotations;
    if (isScraped !== 'true' || !/^\d+$/.test(written) || hasPort(subject, workload, Number(written)))
      return [];
    return [notDeclared(workload, written)];
  });

const hasPort = ({ graph, known }: Subject, workload: Workload, number: number): boolean =>
  declaredPorts(workload).length === 0 ||
  declaredPorts(workload).some((declared) => declared.number === number) ||
  known.some((one) => one.workload === workload && Object.values(one.opens).includes(number)) ||
  workload.containers.some((container) => saysNumber(graph, workload, container, number)) ||
  servicesOf(graph, workload).some(({ content }) =>
    content.spec.ports.some(({ targetPort }) => targetPort === number),
  );

/** Those of sidecars are called otherwise: `http-envoy-prom`, beside what Istio's agent serves for all. */
const ofMetrics = /^(https?-)?(metrics|prom|prometheus)$/;

/** One of the pods' ports that is called after metrics is probably meant; else a port that is not declared may be open. */
function notDeclared(workload: Workload, written: string): Fault {
  const ports = declaredPorts(workload);
  const metrics = ports.filter(({ name = '' }) => ofMetrics.test(name));
  const meant = listed(metrics.length > 0 ? metrics : ports, ({ number }) => number);
  const here = { doc: workload.object.doc, path: [...workload.podPath.slice(0, -1), ...annotations, port] };
  return {
    code: 'PORT_NOT_SERVED',
    severity: metrics.length > 0 ? 'warning' : 'unknown',
    message: `Prometheus is told to scrape port ${written} of the pods of ${called(workload)}, which declare ${listed(ports, ({ number }) => number)}.`,
    here,
    fix: `Write one of ${meant}, or declare ${written}.`,
    ...only(metrics, ({ number }) => setting(here, String(number))),
  };
}

const annotations = ['metadata', 'annotations'];
