import type { Keeper } from './keeper-client.ts';
import type { Part } from './part.ts';

/** What every part needs to start. */
export type StackContext = {
  dataDir: string;
  throwAway: boolean;
  waitForDisks: boolean;
  preferKnownPorts: boolean;
  env: NodeJS.ProcessEnv;
  keeper: Keeper;
  /** One line for the person who started the stack. */
  say: (line: string) => void;
  onLost: (part: Part) => void;
};
