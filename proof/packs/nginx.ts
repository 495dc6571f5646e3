import type { FileAddress, Listening } from '../../model/pack.ts';
import { argumentsOf, type Process } from '../../model/program.ts';
import { isLoopback } from '../../model/loopback.ts';
import type { Pack } from '../checks/subject.ts';
import { isHostName, webPorts, type UsualPorts } from '../graph/addresses.ts';

/** nginx, told by files in /etc/nginx, or by templates that its image fills in from the environment. */

const servers = ['nginx', 'nginx-debug'];
const main = '/etc/nginx/nginx.conf';
const usual = '/etc/nginx/conf.d/default.conf';
const configuration =
  /^\/etc\/nginx\/(nginx\.conf|(conf\.d|http\.d|sites-enabled|templates|stream\.d)\/[^/]+\.(conf|template))$/;

/** Of larger files nothing, and of longer lines only the beginning is read. */
const [mostCharacters, longestLine] = [200_000, 2000];

interface Line {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** The lines of every configuration file, without comments, with the variables that a template is given. */
const linesOf = ({ files, env }: Process): Line[] =>
  files
    .filter(({ path, text }) => configuration.test(path) && text.length <= mostCharacters)
    .flatMap(({ path, text }) =>
      text.split('\n').map((whole, index) => ({
        file: path,
        line: index,
        text: whole
          .slice(0, longestLine)
          .replace(/(^|\s)#.*$/, '')
          .replaceAll(
            /\$\{(\w+)\}/g,
            (whole, name: string) => (/\.template$/.test(path) ? env[name] : undefined) ?? whole,
          ),
      })),
    );

/** What is passed to where: `proxy_pass http://api:8080/v1;` and its like. */
const passes =
  /\b((?:proxy|grpc|fastcgi|uwsgi|scgi)_pass)\s+(?:(https?|grpcs?):\/\/)?([-\w.]+)(?::(\d+))?[^;]*;/g;
const ports: UsualPorts = { ...webPorts, grpc: 80, grpcs: 443 };

function addresses(running: Process): FileAddress[] {
  const lines = withVariables(linesOf(running));
  const groups = new Set(
    lines.flatMap(({ text }) => [...text.matchAll(/\bupstream\s+([-\w.]+)/g)].map(([, name = '']) => name)),
  );
  return [...lines.flatMap((line) => passedIn(line, groups)), ...membersOf(lines)];
}

/** The lines with what `set $to api;` says in the place of `$to`, where only one line says it. */
function withVariables(lines: readonly Line[]): readonly Line[] {
  const all = lines.flatMap(({ text }) =>
    [...text.matchAll(/\bset\s+(\$\w+)\s+["']?([^\s;"'$]+)["']?\s*;/g)].map(([, name = '', value = '']) => ({
      name,
      value,
    })),
  );
  const once = new Map(
    [...Map.groupBy(all, ({ name }) => name)].flatMap(([name, sets]): [string, string][] =>
      sets.length === 1 && isAlone(lines, name) ? [[name, sets[0]?.value ?? '']] : [],
    ),
  );
  return once.size === 0
    ? lines
    : lines.map((line) => ({
        ...line,
        text: /_pass\s/.test(line.text)
          ? line.text.replaceAll(/\$\w+/g, (name) => once.get(name) ?? name)
          : line.text,
      }));
}

/** Whether no other line sets a variable to what is not written, such as `map` or a second `set`. */
const isAlone = (lines: readonly Line[], name: string): boolean =>
  lines.filter(({ text }) =>
    new RegExp(`\\b(set|map|geo|split_clients|auth_request_set)\\b[^;]*\\${name}\\b`).test(text),
  ).length === 1;

const passedIn = ({ text, ...at }: Line, groups: ReadonlySet<string>): FileAddress[] =>
  [...text.matchAll(passes)].flatMap(([, by = '', scheme = '', host = '', number]) => {
    const port = number ?? ports[scheme]?.toString();
    if (port === undefined || groups.has(host) || !isDialled(host)) return [];
    // What a proxied server speaks is known by the scheme; other protocols have none.
    return [{ scheme, host, port, by, ...at }];
  });

/** A Service, or another container of the pod. */
const isDialled = (host: string): boolean => (isHostName(host) || isLoopback(host)) && host !== 'unix';

/** `server api:8080 weight=2;` inside of `upstream name { … }`. */
function membersOf(lines: readonly Line[]): FileAddress[] {
  let inside = false;
  return lines.flatMap(({ text, ...at }) => {
    if (/\bupstream\s+[-\w.]+/.test(text)) inside = true;
    const found = inside
      ? [...text.matchAll(/\bserver\s+([-\w.]+)(?::(\d+))?[^;{]*;/g)].flatMap(([, host = '', port = '80']) =>
          isDialled(host) ? [{ scheme: '', host, port, by: 'upstream', ...at }] : [],
        )
      : [];
    if (text.includes('}')) inside = false;
    return found;
  });
}

/** Files that take the place of the image's own server. */
const replacements = [main, usual, '/etc/nginx/templates/default.conf.template'];

/** Files that come with the image and hold no server. */
const harmless = /\b(mime\.types|\w+_params|modules[-\w]*\/\S*)$/;

/** Whether a file takes in others that are not read here. */
const takesInOthers = (lines: readonly Line[]): boolean => {
  const own = lines.map(({ file }) => file);
  return lines.some(({ text }) => {
    const [, path] = /^\s*include\s+([^;]+);/.exec(text) ?? [];
    if (path === undefined || harmless.test(path)) return false;
    const folder = path.replace(/[^/]*$/, '');
    return !own.some((file) => file !== main && file.startsWith(folder));
  });
};

const countOf = (lines: readonly Line[], pattern: RegExp): number =>
  lines.reduce((sum, { text }) => sum + [...text.matchAll(pattern)].length, 0);

/** Whether an option names another main file. */
function hasOtherMain(running: Process): boolean {
  const words = argumentsOf(running, servers) ?? [];
  return words.some((word, index) => /^-c/.test(word) && ![word.slice(2), words[index + 1]].includes(main));
}

/** Every `listen`; the image's own server where none of its files is replaced, and 80 where a server says nothing. */
const listens =
  (own: number) =>
  (running: Process): Listening[] | undefined => {
    if (hasOtherMain(running)) return undefined;
    const lines = linesOf(running);
    const replaced = running.files.some(({ path }) => replacements.includes(path));
    const told = lines.flatMap(({ file, text }) =>
      [...text.matchAll(/(?:^|[\s;{])listen\s+([^\s;]+)([^;]*);/g)].map(([, value = '', options = '']) => ({
        ...{ file, value },
        tls: /\bssl\b/.test(options),
      })),
    );
    const addresses = told
      .filter(({ value }) => !value.startsWith('unix:'))
      .map(({ file, value, tls }) => ({ file, tls, match: /^(?:(\[[^\]]*\]|[^:]+):)?(\d+)$/.exec(value) }));
    if (takesInOthers(lines) || addresses.some(({ match }) => match === null)) return undefined;
    // The former way says it for a whole server.
    const isFormer = lines.some(({ text }) => /^\s*ssl\s+on\b/.test(text));
    const listed = addresses.map(({ file, match, tls }) => ({
      port: Number(match?.[2]),
      in: file,
      ...(isFormer ? {} : { tls }),
      ...(match?.[1] === undefined ? {} : { host: match[1] }),
    }));
    const silent = countOf(lines, /\bserver\s*\{/g) > told.length;
    const usualPorts = [...(replaced ? [] : [own]), ...(silent ? [80] : [])];
    return [...listed, ...usualPorts.map((port) => ({ port, in: '', usualPort: true, tls: false }))];
  };

/** A main file of one's own may move each of them. */
const scratch =
  (folders: readonly (readonly string[])[]) =>
  (_: string, { files }: Process): readonly (readonly string[])[] =>
    files.some(({ path }) => path === main) ? [] : folders;

export const nginxPack: Pack = {
  images: [
    {
      name: 'nginx',
      image: /^nginx$/,
      ...{
        speaks: { 80: 'http' },
        listens: listens(80),
        ...{ listensOnly: true, servers },
        settings: '/etc/nginx',
        addresses,
        user: 0,
      },
      ...{ scratch: scratch([['/var/cache/nginx'], ['/var/run', '/run']]), rootWrites: true },
    },
    {
      name: 'nginx-unprivileged',
      image: /^nginxinc\/nginx-unprivileged$/,
      ...{
        speaks: { 8080: 'http' },
        listens: listens(8080),
        ...{ listensOnly: true, servers },
        settings: '/etc/nginx',
        addresses,
        user: 101,
      },
      scratch: scratch([['/tmp']]),
    },
  ],
};
