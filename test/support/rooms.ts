import { computed, type Import, importsOf } from './imports.ts';

export type Arrows = {
  /** Rooms whose code it may load; its own is understood. */
  to: string[];
  /** Rooms of which it may import types only. */
  typesOf?: string[];
  /** The packages that it may import, `node:` standing for Node's own; any that no other room owns unless said. */
  packages?: string[];
};

/** Who may import a package, and who its types only. */
export type Owner = { rooms: string[]; typesIn?: string[] };

export type Rules = {
  rooms: Record<string, Arrows>;
  /** By package; a name that ends with a slash stands for all that begin with it. */
  owners: Record<string, Owner>;
  /** Files that only these rooms or files may import. */
  reserved: Record<string, string[]>;
};

/** Every import that breaks a rule, every file that is in no room and every circle of rooms, as a sentence each. */
export function findFaults(rules: Rules, sources: ReadonlyMap<string, string>): string[] {
  const imports = [...sources].flatMap(([path, source]) => importsOf(path, source));
  const unplaced = [...sources.keys()].filter((path) => roomOf(rules.rooms, path) === undefined);
  return [
    ...unplaced.map((path) => `${path} is in no room`),
    ...imports.flatMap((one) => faultOf(rules, one) ?? []),
    ...circlesOf(rules.rooms, imports),
  ];
}

/** The room with the longest path that the file's path begins with. */
export function roomOf(rooms: Rules['rooms'], path: string): string | undefined {
  return Object.keys(rooms)
    .filter((room) => path === room || path.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)[0];
}

const isOurs = (target: string) => /^(?:src|workflows|activities|examples|bench|test|prisma)\//.test(target);
const matches = (name: string, pattern: string) =>
  /[/:]$/.test(pattern) ? name.startsWith(pattern) : name === pattern || name.startsWith(`${pattern}/`);

function faultOf(rules: Rules, one: Import): string | undefined {
  const room = roomOf(rules.rooms, one.from);
  if (room === undefined) return undefined;
  if (one.to === computed) {
    return room === 'src/bin' ? undefined : `${one.from} imports what only a running program knows`;
  }
  return isOurs(one.to) ? faultBetweenRooms(rules, room, one) : faultOfPackage(rules, room, one);
}

function faultBetweenRooms({ rooms, reserved }: Rules, room: string, { from, to, typeOnly }: Import) {
  const target = roomOf(rooms, to);
  if (target === undefined) return `${from} imports ${to}, which is in no room`;
  const callers = reserved[to];
  if (callers !== undefined && !callers.includes(room) && !callers.includes(from))
    return `${from} imports ${to}, which is for ${callers} only`;
  const { to: allowed, typesOf = [] } = rooms[room]!;
  if (target === room || allowed.includes('*') || allowed.includes(target)) return undefined;
  if (typeOnly && typesOf.includes(target)) return undefined;
  return `${from}: ${room} may not import ${typeOnly ? 'the types of ' : ''}${target} (${to})`;
}

function faultOfPackage({ rooms, owners }: Rules, room: string, { from, to, typeOnly }: Import) {
  const owner = Object.entries(owners).find(([name]) => matches(to, name))?.[1];
  const { packages } = rooms[room]!;
  const isOwner = owner === undefined || owner.rooms.includes(room) || (typeOnly && owner.typesIn?.includes(room));
  const isListed = packages === undefined || packages.some((name) => matches(to, name));
  return isOwner && isListed
    ? undefined
    : `${from}: ${room} may not import ${typeOnly ? 'types of ' : ''}the package ${to}`;
}

/** Circles of rooms that load each other's code. A type leads nowhere when the program runs. */
function circlesOf(rooms: Rules['rooms'], imports: readonly Import[]): string[] {
  const next = new Map<string, Set<string>>(Object.keys(rooms).map((room) => [room, new Set()]));
  for (const { from, to, typeOnly } of imports) {
    const [room, target] = [roomOf(rooms, from), isOurs(to) ? roomOf(rooms, to) : undefined];
    if (!typeOnly && room !== undefined && target !== undefined && room !== target) next.get(room)!.add(target);
  }
  const circles = new Map<string, string>();
  const walk = (room: string, path: string[]): void => {
    if (path.includes(room)) {
      const circle = path.slice(path.indexOf(room));
      const members = [...circle].sort().join();
      if (!circles.has(members)) circles.set(members, `rooms in a circle: ${[...circle, room].join(' → ')}`);
      return;
    }
    for (const target of next.get(room)!) walk(target, [...path, room]);
  };
  for (const room of next.keys()) walk(room, []);
  return [...circles.values()];
}
