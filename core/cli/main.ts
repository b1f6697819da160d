#!/usr/bin/env node
import { runCli } from './args.ts'

// A reader that goes away (`heddle graph | head`) is no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 3))

process.exitCode = await runCli(process.argv.slice(2))
