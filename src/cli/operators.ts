import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { createOperator } from '../auth/operators.ts';
import { type OperatorRole, operatorRoles } from '../auth/roles.ts';
import { isDurabillError } from '../errors/error.ts';
import type { CliDeps } from './deps.ts';

type Options = { name?: string; role: OperatorRole; generate?: boolean };

const about = `
The password is asked for. Where nobody sits at the terminal, or with --generate, one is made and printed, this once.
Further operators are invited by an admin at /v1/operators or on the page Operators.`;

/** `durabill operator …` */
export function addOperatorCommands(program: Command, deps: CliDeps): void {
  program
    .command('operator')
    .description('people who operate this deployment')
    .command('create')
    .description('add one, such as the first')
    .argument('<email>', 'by which they sign in')
    .option('--name <name>', 'what they are called; the address unless said otherwise')
    .option('--role <role>', `${operatorRoles.join(', ')}`, 'admin')
    .option('--generate', 'make a password instead of asking for one')
    .addHelpText('after', about)
    .action((email: string, options: Options) => create(deps, email, options));
}

async function create(deps: CliDeps, email: string, { name = email, role, generate }: Options): Promise<void> {
  const typed = generate === true ? undefined : await deps.askSecret('Password (12 characters or more): ');
  const password = typed ?? randomBytes(15).toString('base64url');
  const books = deps.openBooks();
  try {
    const operator = await createOperator(books, { email, name, role, password }, deps.actor);
    deps.say(`${operator.email} may sign in as ${operator.role}.`);
    if (typed === undefined) deps.say(`Password, told this once: ${password}`);
    deps.end(0);
  } catch (error) {
    if (!isDurabillError(error) || error.entry.status >= 500) throw error;
    deps.complain(`${error.message} ${error.mend}\nNobody was added.`);
    deps.end(1);
  } finally {
    await books.close();
  }
}
