import { boundVariables, urlPartsOf } from './environment.ts';
import { dialledPort, isWorkload, type Edge, type Port, type Service, type FilledStack } from './stack.ts';
import { derivedNameProblems, nameProblems, referenceProblems } from './name-problems.ts';
import { portNameProblem } from './names.ts';
import { patchProblems } from './patch-problems.ts';
import { isPortNumber, portNumberText } from './port-number.ts';
import type { Problem } from './problem.ts';
import { containerProblems } from './container-problems.ts';
import { duplicates } from './duplicates.ts';
import { nearest } from './nearest.ts';
import { asText, expectationOf, valueIn } from './variable.ts';
import { secretsIn, templateProblems, urlFrom } from './url-template.ts';
import { variableProblems } from './variable-problems.ts';

/** Every contradiction of a definition; empty when it can be deployed. */
export function contradictions(stack: FilledStack): Problem[] {
  const told = (message: string): Problem => ({ message });
  return [
    ...[...nameProblems(stack), ...derivedNameProblems(stack), ...referenceProblems(stack)].map(told),
    ...stack.services.flatMap((service) => serviceProblems(stack, service)),
    ...patchProblems(stack),
    ...[
      ...duplicates(hostPorts(stack), 'The host port'),
      ...duplicates(nodePorts(stack), 'The node port'),
      ...duplicates(
        stack.services.map((service): [string, string] => [service.name, 'a service']),
        'The service name',
      ),
      ...gateCycles(stack),
    ].map(told),
  ];
}

function serviceProblems(stack: FilledStack, service: Service): Problem[] {
  const problems = [
    ...portProblems(service),
    ...(service.edges ?? []).flatMap((edge) => edgeProblems(stack, service, edge)),
    ...bindingProblems(service),
    ...Object.entries(service.variables ?? {}).flatMap(([name, variable]) =>
      variableProblems(`Service "${service.name}": ${name}`, variable),
    ),
    ...settingProblems(service),
    ...reportProblems(service),
    ...(isWorkload(service) ? containerProblems(service) : []),
  ];
  return problems.map((message) => ({ message, service: service.name }));
}

function portProblems(service: Service): string[] {
  const numbers = new Map<number, string>();
  return Object.entries(service.ports).flatMap(([name, port]) => {
    const where = `Port "${name}" of service "${service.name}"`;
    const nameProblem = portNameProblem(name);
    const other = numbers.get(dialledPort(port));
    numbers.set(dialledPort(port), name);
    return [
      ...(nameProblem ? [`${where}: its name ${nameProblem}.`] : []),
      ...rangeProblems(where, port),
      ...(other ? [`${where} is dialled on ${dialledPort(port)}, as is its port "${other}".`] : []),
    ];
  });
}

function rangeProblems(where: string, port: Port): string[] {
  const outside = [port.containerPort, port.servicePort, port.hostPort].filter(
    (number) => number !== undefined && !isPortNumber(number),
  );
  const problems = outside.map((number) => `${where} is ${String(number)}; ${portNumberText}.`);
  if (port.nodePort !== undefined && !(port.nodePort >= 30_000 && port.nodePort <= 32_767))
    problems.push(`${where} has node port ${port.nodePort}; Kubernetes allows 30000 to 32767.`);
  if (port.hostPort !== undefined && port.nodePort === undefined)
    problems.push(`${where} is mapped to host port ${port.hostPort} but names no nodePort to map it from.`);
  return problems;
}

function edgeProblems(stack: FilledStack, service: Service, edge: Edge): string[] {
  const where = `The edge ${service.name} → ${edge.to}:${edge.port}`;
  const names = stack.services.map((other) => other.name);
  const target = stack.services.find((other) => other.name === edge.to);
  if (!target)
    return [
      `${where} leads to no service of the stack.${hint(edge.to, names)} Services: ${names.join(', ')}.`,
    ];
  if (target.kind === 'local')
    return [`${where} leads to a service that only runs on a developer's machine.`];
  const ports = Object.keys(target.ports);
  if (!ports.includes(edge.port))
    return [
      `${where}: "${edge.to}" has no port "${edge.port}".${hint(edge.port, ports)} Its ports: ${ports.join(', ')}.`,
    ];
  return [
    ...Object.keys(edge.binds.secrets ?? {})
      .filter((secret) => !(secret in (target.secrets ?? {})))
      .map((secret) => `${where} binds the secret "${secret}", which "${edge.to}" does not have.`),
    ...(edge.binds.user !== undefined && target.user === undefined
      ? [`${where} binds the user of "${edge.to}", which names none: user: '…'.`]
      : []),
    ...urlProblems(stack, service, edge).map((problem) => `${where}: ${problem}`),
  ];
}

function urlProblems(stack: FilledStack, { variables = {} }: Service, edge: Edge): string[] {
  const parts = urlPartsOf(stack, edge);
  if (parts === undefined) return [];
  return Object.entries(edge.binds.urls ?? {}).flatMap(([name, template]) => {
    const problems = templateProblems(template, parts).map((problem) => `the URL of ${name} ${problem}`);
    const variable = variables[name];
    if (problems.length > 0 || variable === undefined) return problems;
    if (secretsIn(template).length > 0)
      return variable.secret && variable.refers
        ? []
        : [`the URL of ${name} has a secret; declare ${name} with secret: true and refers: true.`];
    const url = urlFrom(template, parts);
    if (valueIn(variable, url) !== undefined) return [];
    return [`the URL of ${name} is "${url}"; expected ${expectationOf(variable)}.`];
  });
}

function bindingProblems(service: Service): string[] {
  const bound = boundVariables(service);
  const known = Object.keys(service.variables ?? {});
  const unknown = bound
    .filter(([name]) => !known.includes(name))
    .map(
      ([name, by]) =>
        `Service "${service.name}": ${by} binds ${name}, which it does not read.${hint(name, known)}`,
    );
  const illegal = known
    .filter((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    .map((name) => `Service "${service.name}": "${name}" is no legal name of an environment variable.`);
  const ownPorts = Object.keys(service.ownPorts ?? {})
    .filter((name) => !(name in service.ports))
    .map((name) => `Service "${service.name}" binds its own port "${name}", which it does not have.`);
  const ownUser =
    service.ownUser !== undefined && service.user === undefined
      ? [`Service "${service.name}" binds its own user, which it does not name: user: '…'.`]
      : [];
  const ownSecrets = Object.keys(service.ownSecrets ?? {})
    .filter((name) => !(name in (service.secrets ?? {})))
    .map((name) => `Service "${service.name}" binds its own secret "${name}", which it does not have.`);
  return [
    ...duplicates(bound, `Service "${service.name}": variable`),
    ...unknown,
    ...illegal,
    ...ownPorts,
    ...ownUser,
    ...ownSecrets,
  ];
}

function reportProblems({ name, report, ports }: Service): string[] {
  if (!report) return [];
  const paths = [report.readyz, report.config].filter(
    (path) => !/^\/[!-~]*$/.test(path) || /[?#]/.test(path),
  );
  return [
    ...(Object.hasOwn(ports, report.port)
      ? []
      : [`Service "${name}" reports on port "${report.port}", which it does not have.`]),
    ...paths.map(
      (path) =>
        `Service "${name}" reports at "${path}"; expected a path that begins with "/", without "?" and "#".`,
    ),
  ];
}

function settingProblems(service: Service): string[] {
  return Object.entries(service.settings ?? {}).flatMap(([name, value]) => {
    const variable = service.variables?.[name];
    if (!variable) return [];
    if (variable.secret)
      return [`Service "${service.name}": ${name} is secret; bind a secret to it, not a setting.`];
    if (asText(value).includes('\0'))
      return [`Service "${service.name}": ${name} holds a NUL character, which no environment variable can.`];
    return valueIn(variable, asText(value)) !== undefined
      ? []
      : [
          `Service "${service.name}": ${name} is set to "${asText(value)}"; expected ${expectationOf(variable)}.`,
        ];
  });
}

function hostPorts(stack: FilledStack): [string, string][] {
  return stack.services.flatMap((service) =>
    Object.entries(service.ports).flatMap(([name, port]): [string, string][] => {
      const onHost = service.kind === 'local' ? port.containerPort : port.hostPort;
      return onHost === undefined ? [] : [[String(onHost), `port "${name}" of "${service.name}"`]];
    }),
  );
}

function nodePorts(stack: FilledStack): [string, string][] {
  return stack.services.flatMap((service) =>
    Object.entries(service.ports).flatMap(([name, port]): [string, string][] =>
      port.nodePort === undefined ? [] : [[String(port.nodePort), `port "${name}" of "${service.name}"`]],
    ),
  );
}

/** Services that wait for each other never become ready. */
function gateCycles(stack: FilledStack): string[] {
  const gates = new Map(
    stack.services.map((service) => [
      service.name,
      (service.edges ?? []).filter((edge) => edge.gate !== 'none').map((edge) => edge.to),
    ]),
  );
  const cycles = new Map<string, string[]>();
  const walk = (name: string, path: readonly string[]): void => {
    const start = path.indexOf(name);
    if (start >= 0) {
      const cycle = path.slice(start);
      const key = [...cycle].sort().join();
      if (!cycles.has(key)) cycles.set(key, [...cycle, name]);
      return;
    }
    for (const next of gates.get(name) ?? []) walk(next, [...path, name]);
  };
  for (const name of gates.keys()) walk(name, []);
  return [...cycles.values()].map(
    (cycle) => `Gates form a cycle, so none of these would become ready: ${cycle.join(' → ')}.`,
  );
}

function hint(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near ? ` Did you mean "${near}"?` : '';
}
