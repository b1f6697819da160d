import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { benchFolder } from './sample.ts'
import { createContext, type Row } from './context.ts'
import { isWrong, type Line, skippedLine } from './line.ts'
import { installPeers } from './peers.ts'
import { footnotes, rows } from './rows.ts'
import { formatTable } from './table.ts'

const usage = `npm run bench [-- ROW… --quick --rounds N --json FILE]\nRows: ${rows.map(({ name }) => name).join(' ')}`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

const unknown = positionals.filter((name) => !rows.some((row) => row.name === name))
if (values.help || unknown.length > 0) {
  console.log(unknown.length > 0 ? `No such row: ${unknown.join(', ')}.\n${usage}` : usage)
  process.exitCode = unknown.length > 0 ? 2 : 0
} else {
  process.exitCode = (await bench(
    rows.filter(({ name }) => positionals.length === 0 || positionals.includes(name)),
  ))
    ? 0
    : 1
}

/** Measures the rows and prints the table; false when a result of ours was wrong. A missed goal is no failure. */
async function bench(wanted: readonly Row[]): Promise<boolean> {
  installPeers()
  const folder = mkdtempSync(join(tmpdir(), 'heddle-bench-'))
  // Configurations of peers stand in the temporary folder and import the peers' packages.
  symlinkSync(`${benchFolder}node_modules`, join(folder, 'node_modules'))
  const notes: string[] = []
  const context = createContext(folder, {
    rounds: Number(values.rounds ?? (values.quick ? 3 : 5)),
    sizes: values.quick
      ? { small: 200, large: 1_000, huge: 5_000 }
      : { small: 1_000, large: 10_000, huge: 50_000 },
    notes,
  })
  const lines: Line[] = []
  let right = true
  try {
    for (const row of wanted) {
      process.stderr.write(`${row.name}: ${row.times}\n`)
      const since = performance.now()
      try {
        lines.push(...(await row.measure(context)))
      } catch (thrown) {
        right = false
        lines.push({
          ...skippedLine(row.name, thrown instanceof Error ? thrown.message : String(thrown)),
          ours: 'WRONG',
          met: false,
        })
      }
      process.stderr.write(`  ${Math.round((performance.now() - since) / 1000)} s\n`)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  report(wanted, { lines, notes })
  return right && !lines.some(isWrong)
}

function report(
  wanted: readonly Row[],
  found: { readonly lines: readonly Line[]; readonly notes: readonly string[] },
): void {
  const environment = describeEnvironment()
  console.log(`\n${environment}\n\n${formatTable(found.lines)}\n`)
  for (const row of wanted) console.log(`${row.name}: ${row.times}`)
  for (const note of [...footnotes, ...found.notes]) console.log(`- ${note}`)
  if (values.json !== undefined)
    writeFileSync(values.json, JSON.stringify({ environment, ...found }, null, 2))
}

function describeEnvironment(): string {
  const machine = `node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${process.platform}`
  const load = loadavg()
    .map((value) => value.toFixed(1))
    .join(' ')
  return `${machine}, ${new Date().toISOString()}, load ${load}${values.quick ? ', quick: the goals are for the full sizes' : ''}`
}
