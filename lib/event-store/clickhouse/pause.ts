/** Waits a real time: the bounds here are those of sockets and servers, which the injected clock of tests does not own. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
