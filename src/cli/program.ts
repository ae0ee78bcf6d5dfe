import { Command, CommanderError } from 'commander';
import type { CliDeps } from './deps.ts';
import { addOperatorCommands } from './operators.ts';
import { addPlanCommands } from './plans/commands.ts';

/**
 * The `durabill` command.
 * @param args what stands behind the name of the command
 * @throws what is no fault of the files or the command: the database is away, or the program is wrong
 */
export async function runDurabill(args: readonly string[], deps: CliDeps): Promise<void> {
  const program = new Command('durabill').description('Operates Durabill from a terminal.').exitOverride();
  program.configureOutput({
    writeOut: (text) => deps.say(text.trimEnd()),
    writeErr: (text) => deps.complain(text.trimEnd()),
  });
  addPlanCommands(program, deps);
  addOperatorCommands(program, deps);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    // Its help was asked for, or it was not understood, and both have been told by now.
    if (!(error instanceof CommanderError)) throw error;
    deps.end(error.exitCode);
  }
}
