import { cpus, loadavg } from 'node:os'
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { isWrong } from './line.ts'
import { measureRows } from './measure.ts'
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
const rounds = Number(values.rounds ?? (values.quick ? 3 : 5))
const unknown = positionals.filter((name) => !rows.some((row) => row.name === name))
const fault =
  unknown.length > 0
    ? `No such row: ${unknown.join(', ')}.\n`
    : Number.isInteger(rounds) && rounds > 0
      ? ''
      : `"${values.rounds}" is no number of rounds.\n`

if (values.help || fault !== '') {
  console.log(`${fault}${usage}`)
  process.exitCode = fault === '' ? 0 : 2
} else await bench()

/** Exit code 1 means that a result of ours was wrong; a missed goal is no failure. */
async function bench(): Promise<void> {
  installPeers()
  const wanted = rows.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
  const { lines, notes } = await measureRows(wanted, { rounds, quick: values.quick })
  const environment = describeEnvironment()
  console.log(`\n${environment}\n\n${formatTable(lines)}\n`)
  for (const row of wanted) console.log(`${row.name}: ${row.times}`)
  for (const note of [...footnotes, ...notes]) console.log(`- ${note}`)
  if (values.json !== undefined)
    writeFileSync(values.json, JSON.stringify({ environment, lines, notes }, null, 2))
  process.exitCode = lines.some(isWrong) ? 1 : 0
}

function describeEnvironment(): string {
  const machine = `node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${process.platform}`
  const load = loadavg()
    .map((value) => value.toFixed(1))
    .join(' ')
  const sizes = values.quick ? ', quick: the goals are for the full sizes' : ''
  return `${machine}, ${new Date().toISOString()}, load ${load}, ${rounds} rounds${sizes}`
}
