import type { Command } from 'commander';
import { applyPlans } from '../../billing/apply-plans.ts';
import { diffPlans, hasChanges, type PlansChange } from '../../billing/diff-plans.ts';
import { isDurabillError } from '../../errors/error.ts';
import type { Database } from '../../store/database.ts';
import type { CliDeps } from '../deps.ts';
import { type PlanFiles, PlanFilesError, readPlanFiles } from './read-files.ts';
import { tellChange, type When } from './told.ts';

/** 0 and 1 are what every command ends with when it was done and when it was not. */
const exitCodes = { same: 0, failed: 1, differs: 2 };

const aboutFiles = `
Without files, plans/*.yaml of the folder in which the command is given are read. Several files are one set: a plan is
in one of them, and a meter that is in several is the same in each. Plans that no file names stay as they are.`;

const aboutDiff = `${aboutFiles}

Exit code: 0 nothing differs, 2 something differs, 1 it could not be told.`;

const aboutApply = `${aboutFiles} All of it is applied, or nothing where anything is refused.

Exit code: 0 done, whether or not anything differed, 1 nothing was changed.`;

type Options = { json?: boolean };

/** `durabill plans …` */
export function addPlanCommands(program: Command, deps: CliDeps): void {
  const plans = program.command('plans').description('price plans as files');
  plans
    .command('diff')
    .description('say what apply would change')
    .argument('[files...]', 'plan files')
    .option('--json', 'as one line of JSON')
    .addHelpText('after', aboutDiff)
    .action((files: string[], options: Options) =>
      run(deps, files, options, 'before', async (database, { set }) => {
        const change = await diffPlans(database, set);
        return { change, code: hasChanges(change) ? exitCodes.differs : exitCodes.same };
      }),
    );
  plans
    .command('apply')
    .description('bring plan files into the books; a plan that changed becomes a new version')
    .argument('[files...]', 'plan files')
    .option('--json', 'as one line of JSON')
    .addHelpText('after', aboutApply)
    .action((files: string[], options: Options) =>
      run(deps, files, options, 'after', async (database, { set }) => ({
        change: await applyPlans(database, set, deps.actor),
        code: exitCodes.same,
      })),
    );
}

async function run(
  deps: CliDeps,
  names: string[],
  { json = false }: Options,
  when: When,
  work: (database: Database, files: PlanFiles) => Promise<{ change: PlansChange; code: number }>,
): Promise<void> {
  try {
    const files = await readPlanFiles(names, deps.from);
    const { change, code } = await withBooks(deps, (database) => work(database, files)).catch((error: unknown) => {
      throw isDurabillError(error, 'meter-changed') ? files.locate(error) : error;
    });
    deps.say(json ? JSON.stringify({ changed: hasChanges(change), ...change }) : tellChange(change, files.set, when));
    deps.end(code);
  } catch (error) {
    if (!(error instanceof PlanFilesError)) throw error;
    if (json) deps.say(JSON.stringify({ errors: error.faults }));
    deps.complain(`${error.message}\nNothing was changed.`);
    deps.end(exitCodes.failed);
  }
}

async function withBooks<T>({ openBooks }: CliDeps, work: (database: Database) => Promise<T>): Promise<T> {
  const database = openBooks();
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
