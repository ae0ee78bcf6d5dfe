import { reasonOf } from '../broker/limits.ts';
import { runDurabill } from '../cli/program.ts';
import { isDurabillError } from '../errors/error.ts';
import { askSecret } from './shared/ask-secret.ts';
import { openBooks } from './shared/books-command.ts';
import { actorHere } from './shared/one-shot.ts';

const complain = (text: string) => console.error(text);
const end = (code: number) => {
  process.exitCode = code;
};

try {
  await runDurabill(process.argv.slice(2), {
    openBooks,
    actor: actorHere(),
    // The bootstrap goes to the root of the clone, and says from where.
    from: process.env['INIT_CWD'] ?? process.cwd(),
    askSecret,
    say: (text) => console.log(text),
    complain,
    end,
  });
} catch (error) {
  complain(isDurabillError(error) ? `${error.message} ${error.mend}` : `It was not done: ${reasonOf(error)}`);
  end(1);
}
