// A taspa of one's own: started on a free port, asked until it answers, ended by its process.

import { spawn } from "node:child_process";
import { createServer } from "node:net";

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Starts `program` with `config` and waits for its first edition at `base`. */
export async function start(program, config, base) {
  const daemon = spawn(program, ["serve", "--config", config], { stdio: ["ignore", "inherit", "inherit"] });
  const ended = new Promise((resolve) => daemon.once("exit", resolve));
  const deadline = Date.now() + 30_000;
  for (;;) {
    const answer = await fetch(`${base}/all.rss`).catch(() => null);
    if (answer?.ok) break;
    if (daemon.exitCode !== null || Date.now() > deadline) throw new Error("taspa did not start");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    stop: async () => {
      daemon.kill("SIGTERM");
      return ended;
    },
  };
}
