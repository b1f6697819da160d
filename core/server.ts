export { createHandler } from './server/handler.ts'
export type { Handler, HandlerOptions } from './server/handler.ts'
export { listen } from './server/listen.ts'
export type { Listening } from './server/listen.ts'
