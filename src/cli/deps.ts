import type { Database } from '../store/database.ts';

/** What a command has of the process that it runs in. */
export type CliDeps = {
  /** Opened when a command needs the books, and closed by it. */
  openBooks: () => Database;
  /** Who gives the command, for the audit log. */
  actor: string;
  /** The folder in which it is given, from which paths are read. */
  from: string;
  /** Asks for a secret without showing it; undefined where nobody sits at the terminal. */
  askSecret: (question: string) => Promise<string | undefined>;
  say: (text: string) => void;
  complain: (text: string) => void;
  /** How it ends: 0 done, 1 not done; what else there is, a command says in its help. */
  end: (code: number) => void;
};
