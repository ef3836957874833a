/** The global root module exports something under this token, by which feature modules know that it is there. */
export const ROOT = Symbol('event-sourcing:root');
