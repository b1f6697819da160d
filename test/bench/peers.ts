import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { benchFolder } from './sample.ts'

/** Installs the peers from their lock file where they are missing. */
export function installPeers(): void {
  if (existsSync(`${benchFolder}node_modules/.package-lock.json`)) return
  process.stderr.write('Installing the peers …\n')
  // What npm prints goes to standard error: standard output is the table.
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: benchFolder,
    stdio: ['ignore', 2, 2],
  })
}
