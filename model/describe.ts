import { dialledPort, type Service, type Stack } from './stack.ts';
import { asText, expectationOf } from './variable.ts';

/** Texts about a stack for generated docs, so that no document repeats a fact by hand. */

/** Every port of a stack as a Markdown table: who listens, what peers dial, where it is mapped, who may connect. */
export function portTable(stack: Stack): string {
  const rows = stack.services.flatMap((service) =>
    Object.entries(service.ports).map(([name, port]) => [
      service.name,
      name,
      String(port.containerPort),
      service.kind === 'local' ? '–' : String(dialledPort(port)),
      String(service.kind === 'local' ? port.containerPort : (port.hostPort ?? '–')),
      [...callers(stack, service, name), ...(port.from ?? [])].join(', ') || '–',
      port.doc,
    ]),
  );
  return markdownTable(
    ['Service', 'Port', 'Listens on', 'Dialled at', 'On your machine', 'Who may connect', 'What it is'],
    rows,
  );
}

function callers(stack: Stack, service: Service, port: string): string[] {
  return stack.services
    .filter((other) => (other.edges ?? []).some((edge) => edge.to === service.name && edge.port === port))
    .map((other) => other.name);
}

/** Every variable of a service as a Markdown table. */
export function variableTable(service: Service): string {
  const rows = Object.entries(service.variables ?? {}).map(([name, variable]) => [
    `\`${name}\``,
    variable.secret ? 'secret' : variable.default === undefined ? '' : `\`${asText(variable.default)}\``,
    variable.unit ?? '',
    expectationOf(variable),
    variable.doc,
  ]);
  return markdownTable(['Variable', 'Default', 'Unit', 'Expected', 'What it does'], rows);
}

/** A Markdown table; a "|" in a cell is escaped. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n');
}
