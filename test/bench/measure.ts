import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createContext, type Row } from './context.ts'
import { type Line, wrongLine } from './line.ts'
import { benchFolder } from './sample.ts'

const full = { small: 1_000, large: 10_000, huge: 50_000 }
const quick = { small: 200, large: 1_000, huge: 5_000 }

/** Measures the rows one after the other in a temporary folder, which is gone afterwards; a row that fails is a wrong line. */
export async function measureRows(
  rows: readonly Row[],
  options: { readonly rounds: number; readonly quick: boolean },
): Promise<{ lines: readonly Line[]; notes: readonly string[] }> {
  const folder = openFolder()
  const notes: string[] = []
  const sizes = options.quick ? quick : full
  const context = createContext(folder, { rounds: options.rounds, sizes, notes })
  const lines: Line[] = []
  for (const row of rows) {
    process.stderr.write(`${row.name}: ${row.times}\n`)
    const since = performance.now()
    try {
      lines.push(...(await row.measure(context)))
    } catch (thrown) {
      lines.push(wrongLine(row.name, thrown instanceof Error ? thrown.message : String(thrown)))
    }
    process.stderr.write(`  ${Math.round((performance.now() - since) / 1000)} s\n`)
  }
  return { lines, notes }
}

function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))
  // Configurations of peers stand in the temporary folder and import the peers' packages.
  symlinkSync(`${benchFolder}node_modules`, join(folder, 'node_modules'))
  return folder
}
