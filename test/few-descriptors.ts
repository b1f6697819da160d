import { execFileSync } from 'node:child_process'
import '../core/cli/args.ts'
import '../core/cli/commands/check.ts'
import '../plugins/index.ts'

// Node itself opens many sources at once when it loads them through tsx; only what is done afterwards is measured. A module is
// loaded before the limit is lowered when it is imported here.
const descriptors = process.env['DESCRIPTORS']
if (descriptors !== undefined)
  execFileSync('prlimit', ['--pid', String(process.pid), `--nofile=${descriptors}:${descriptors}`])
