/** Ends this process when npm, which started it, is killed and cannot pass the signal on; plain Node. */
import { parentOf } from './process-identity.mjs';

const pollMs = 500;
const shells = ['sh', 'bash', 'dash', 'zsh', 'ash'];

/** npm runs scripts through a shell, which may or may not stay between the two. */
function chain() {
  const parent = process.ppid;
  const above = process.platform === 'linux' ? parentOf(process.pid) : undefined;
  if (above === undefined || !shells.includes(above.command)) return `${parent}`;
  return `${parent} ${parentOf(parent)?.pid}`;
}

/** Raises SIGTERM here once the parent, or the shell's parent, is no longer the one it was. */
export function endWithParent() {
  const first = chain();
  const timer = setInterval(() => {
    if (chain() === first) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, pollMs);
  timer.unref();
}
