#!/usr/bin/env node
import module from 'node:module'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'

/** Node has it from 22.8 on; the types are those of the oldest Node that we run on. */
interface CompileCache {
  enableCompileCache?(folder: string): unknown
}

/**
 * Lets Node keep what it compiles of the built package, in the package's own folder: whoever may write there may change the code
 * itself, which is not so in a shared temporary folder. Does nothing where that folder cannot be written, where Node is too old,
 * and when running from TypeScript. NODE_COMPILE_CACHE names another folder; NODE_DISABLE_COMPILE_CACHE=1 keeps nothing.
 */
function keepCompiled(): void {
  if (import.meta.url.endsWith('.ts')) return
  const { enableCompileCache } = module as CompileCache
  enableCompileCache?.(fileURLToPath(new URL('../../.compiled', import.meta.url)))
}

/**
 * On Node 20 a function is given to the optimising compiler after so little use that compiling is half of a check of a thousand modules.
 * Here it has to be used seven times as much first. Later lines have a compiler in between and need nothing (decision 051).
 */
function compileLater(): void {
  if (process.versions.node.startsWith('20.')) setFlagsFromString('--interrupt-budget=1000000')
}

const leave: (code: number) => never = process.exit.bind(process)

// A reader that goes away (`heddle graph | head`) is no fault of ours: what is being done is done, and the exit code says how it went.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') leave(3)
  })

compileLater()
keepCompiled()
// Only what is loaded from here on is kept.
const { holdExit } = await import('./hold-exit.ts')
holdExit()
const { runCli } = await import('./args.ts')
process.exitCode = await runCli(process.argv.slice(2))
