import { markdownTable } from '../model/describe.ts';
import rooms from './rooms.json' with { type: 'json' };

interface Room {
  readonly holds: string;
  readonly imports: readonly string[];
}

/** Every room with its content and its allowed imports, which eslint.config.js enforces. */
const all: readonly [string, Room][] = Object.entries(rooms);

/** The rooms as a table. */
export function roomTable(): string {
  const rows = all.map(([room, { holds, imports }]) => [
    `\`${room}/\``,
    holds,
    imports.map((other) => `\`${other}\``).join(', ') || '–',
  ]);
  return markdownTable(['Room', 'What lives there', 'May import'], rows);
}

/** The rooms and their arrows as a Mermaid flowchart, without `scripts/`, which may import all that it starts. */
export function roomPicture(): string {
  const drawn = all.filter(([room]) => room !== 'scripts');
  const arrows = drawn.flatMap(([room, { imports }]) => imports.map((other) => arrow(room, other)));
  const nodes = drawn.map(([room]) => `  ${idOf(room)}["${room}/"]`);
  return ['flowchart TD', ...nodes, ...arrows, ''].join('\n');
}

/** To a room, or to one folder of it. */
function arrow(from: string, to: string): string {
  const [room = '', folder] = to.split('/');
  return `  ${idOf(from)} -->${folder === undefined ? '' : `|${folder}/|`} ${idOf(room)}`;
}

const idOf = (room: string): string => room.replaceAll('-', '_');
