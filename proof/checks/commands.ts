import { nearest } from '../../contract/nearest.ts';
import type { Fault } from '../findings.ts';
import { mountAt, mountsOf } from '../graph/files.ts';
import { declaredPorts } from '../graph/ports.ts';
import { isShell, openHereDocument, pathsIn, programsIn, scriptOf, shellVariables } from '../graph/words.ts';
import type { Container, Workload } from '../graph/workloads.ts';
import type { Path } from '../source.ts';
import { probesOf } from './probes.ts';
import { containerCalled, inContainer, type Check, type Subject } from './subject.ts';

/** A command of a container: its own, or a probe's. */
interface Command {
  readonly workload: Workload;
  readonly container: Container;
  readonly words: readonly string[];
  readonly path: Path;
  readonly what: string;
}

function commandsOf(subject: Subject): Command[] {
  const own = subject.graph.workloads.flatMap((workload) =>
    workload.containers.map((container): Command => ({
      workload,
      container,
      words: [...container.spec.command, ...container.spec.args],
      path: [container.spec.command.length > 0 ? 'command' : 'args'],
      what: containerCalled(workload, container),
    })),
  );
  const probes = probesOf(subject).flatMap(({ workload, container, field, probe }): Command[] =>
    probe.exec
      ? [{ workload, container, words: probe.exec.command, path: [field, 'exec', 'command'], what: `The ${field} of ${containerCalled(workload, container)}` }]
      : [],
  );
  return [...own, ...probes].filter(({ words }) => words.length > 0);
}

const faultIn = ({ container, path }: Command, message: string, fix: string, index?: number): Fault => ({
  code: 'COMMAND',
  message,
  here: inContainer(container, ...path, ...(index === undefined ? [] : [index])),
  fix,
});

const shellNames = ['sh', 'bash', '/bin/sh', '/bin/bash'];
const builtIns = [
  ...['exec', 'echo', 'cp', 'mv', 'rm', 'ls', 'cat', 'mkdir', 'chown', 'chmod', 'ln', 'touch', 'sleep', 'test', 'true', 'false'],
  ...['set', 'export', 'exit', 'cd', 'sed', 'grep', 'awk', 'date', 'wait', 'trap', 'ulimit', 'until', 'while', 'done', 'then', 'else'],
];

/** What a command starts must be something that is there, as far as that is known. */
export const executables: Check = (subject) =>
  commandsOf(subject).flatMap((command): Fault[] => {
    const program = subject.known.find(({ container }) => container === command.container)?.program;
    const known = [...shellNames, ...builtIns, ...(program?.facts.executables ?? [])];
    const script = scriptOf(command.words);
    const [first = '', flag] = command.words;
    const started = command.path[0] === 'args' ? [] : [first, ...(script ? programsIn(script.text) : [])];
    const unknown = started.flatMap((word) => {
      const name = word.replace(/^\.\//, '').replace(/^(\/usr(\/local)?)?\/s?bin\//, '');
      const near = known.includes(word) || known.includes(name) ? undefined : nearest(name, known);
      return near && near !== name ? [{ word, near }] : [];
    });
    return [
      ...unknown.slice(0, 1).map(({ word, near }) => faultIn(command, `${command.what} starts "${word}", which is probably not there.`, `Did you mean ${near}?`)),
      ...(isShell(first) && flag?.startsWith('-') && !script
        ? [faultIn(command, `${command.what} starts a shell with "${flag}", which takes no script.`, 'Write -c.', 1)]
        : []),
    ];
  });

/** A script may only use variables its container has: an unset one is the empty text. */
export const scriptVariables: Check = (subject) =>
  commandsOf(subject).flatMap((command): Fault[] => {
    const script = scriptOf(command.words);
    if (!script) return [];
    const names = command.container.env.map(({ name }) => name);
    const open = openHereDocument(script.text);
    return [
      ...[...new Set(shellVariables(script.text))]
        .filter((name) => !names.includes(name) && names.length > 0 && nearest(name, names) !== undefined)
        .map((name) => faultIn(command, `The script of ${command.what} uses $${name}, which the container is not given.`, `Write $${nearest(name, names) ?? ''}.`, script.index)),
      ...(open === undefined ? [] : [faultIn(command, `The script of ${command.what} never ends the text it starts with <<${open}.`, `Write ${open} on a line of its own.`, script.index)]),
    ];
  });

/** A file named in a command must be one that is mounted, where a mount says what is in its folder. */
export const commandFiles: Check = (subject) =>
  commandsOf(subject).flatMap((command): Fault[] => {
    const found = mountsOf(subject.graph, command.workload, command.container);
    const readOnly = command.container.spec.securityContext.readOnlyRootFilesystem === true;
    return pathsIn(command.words.join(' ')).flatMap((path): Fault[] => {
      const mount = mountAt(found, path);
      const files = mount?.files ?? found.flatMap(({ files: mounted = [] }) => mounted);
      const near = nearest(path, files.map((file) => file.path));
      if (files.some((file) => file.path === path)) return [];
      if (mount?.files || (near && !mount)) {
        const like = near ?? files[0]?.path;
        return [
          {
            ...faultIn(command, `${command.what} names ${path}, and no such file is mounted.`, like ? `Write ${like}.` : 'Mount it.'),
            code: 'FILE_MISSING',
            ...(mount ? { there: mount.place } : {}),
          },
        ];
      }
      const written = new RegExp(`\\b(cp|mv|mkdir|touch|tee)\\b[^\\n;&|]*\\s${path.replaceAll('.', '\\.')}\\s*($|[\\n;&|])`).test(command.words.join(' '));
      return written && readOnly && !mount
        ? [{ ...faultIn(command, `${command.what} writes to ${path}, which is on no volume, and its root is read-only.`, `Mount a volume there${found.length > 0 ? `, or write to one of ${found.filter(({ writable }) => writable).map((one) => one.path).join(', ')}` : ''}.`), code: 'PATH_NOT_WRITABLE' }]
        : [];
    });
  });

/** `redis-cli -p 6379 ping` asks a port and exits 0 even when it is answered NOAUTH. */
export const probeCommands: Check = (subject) =>
  commandsOf(subject)
    .filter(({ path }) => path.length > 1)
    .flatMap((command): Fault[] => {
      const text = command.words.join(' ');
      const numbers = declaredPorts(command.workload).map(({ number }) => number);
      const asked = [...text.matchAll(/\s(?:-p|--port)[ =]?(\d+)/g)].map(([, port]) => Number(port));
      const ping = /\bredis-cli\b.*\bping\b/s.test(text);
      return [
        ...asked
          .filter((port) => numbers.length > 0 && !numbers.includes(port))
          .map((port) => ({ ...faultIn(command, `${command.what} asks port ${port}; the container declares ${numbers.join(', ')}.`, `Ask ${numbers[0] ?? ''}.`), code: 'PROBE_PORT' as const })),
        ...(/\bredis-cli\b/.test(text) && !ping ? [faultIn(command, `${command.what} asks redis-cli for something other than ping.`, 'Write redis-cli ping.')] : []),
        ...(ping && !/=\s*"?PONG"?(?!\w)/.test(text) && /\[/.test(text)
          ? [faultIn(command, `${command.what} compares what redis-cli ping says with something other than PONG, so it always fails.`, 'Compare with PONG.')]
          : []),
      ];
    });
