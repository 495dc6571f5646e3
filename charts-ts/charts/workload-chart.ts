import type { Workload } from '../../model/stack.ts';
import { addAutoscaler } from '../constructs/autoscaler.ts';
import { addConfigMaps } from '../constructs/config-map.ts';
import { addDisruptionBudget } from '../constructs/disruption-budget.ts';
import { addJobs } from '../constructs/job.ts';
import { addIngress } from '../constructs/ingress.ts';
import { addServiceAccount } from '../constructs/service-account.ts';
import { addStatefulServices, addStatelessServices } from '../constructs/services.ts';
import { addStatefulSet } from '../constructs/stateful-set.ts';
import { addDeployment } from '../constructs/deployment.ts';
import type { Site } from '../options.ts';

/** Every object of one workload; what its pods need comes first. */
export function addWorkload(site: Site, service: Workload): void {
  addServiceAccount(site, service);
  addConfigMaps(site, service);
  if (service.kind === 'stateful') {
    addStatefulServices(site, service);
    addStatefulSet(site, service);
  } else {
    addStatelessServices(site, service);
    addDeployment(site, service);
    addAutoscaler(site, service);
    addIngress(site, service);
  }
  addDisruptionBudget(site, service);
  addJobs(site, service);
}
