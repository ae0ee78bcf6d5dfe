/** Why an address cannot be listened at, in words that go on from "port 3000 of 127.0.0.1 …", by Node's code. */
const reasons: Record<string, string> = {
  EADDRINUSE: 'is in use by another program',
  EACCES: 'may not be opened by this user',
  EADDRNOTAVAIL: 'cannot be opened: this machine does not have the address',
  ENOTFOUND: 'cannot be opened: no address is known for the host',
};

/**
 * Begins to listen. Where the address cannot be had, one sentence says why and which variables name it, and the process
 * ends: nothing is open yet.
 *
 * @param prefix of the two environment variables, as in `DURABILL_API` for `DURABILL_API_HOST` and `DURABILL_API_PORT`
 */
export async function listenOrEnd<T>(
  prefix: string,
  { host, port }: { host: string; port: number },
  listen: () => Promise<T>,
): Promise<T> {
  try {
    return await listen();
  } catch (error) {
    const why = reasons[(error as NodeJS.ErrnoException).code ?? ''];
    if (why === undefined) throw error;
    console.error(`${prefix}_PORT: port ${port} of ${host} ${why}.`);
    console.error(`Free it, or name another address by ${prefix}_HOST and ${prefix}_PORT (0 takes any free port).`);
    process.exit(1);
  }
}
