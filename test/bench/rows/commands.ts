import { mkdirSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { Context, Row } from '../context.ts'
import { compareSeries, type Line, round } from '../line.ts'
import { interleave, median, type Series, type Side } from '../rounds.ts'
import { benchFolder, ourProgram, takeProcess, takeSample } from '../sample.ts'

const seconds = 0.5
const commands = Array.from({ length: 4 }, () => `sleep ${seconds}`)
const idealMs = seconds * 1_000
const built = `${benchFolder}../../dist/core`

/** Four commands at once, in a process that runs already and as a whole command line. */
export const commandsRow: Row = {
  name: 'commands',
  times: `four commands "${commands[0]}" at once: execute() in a running process, and a whole command line from spawn to exit.`,
  async measure(context) {
    const [inside, whole, theirs, bare] = [
      ...(
        await interleave(
          [
            { name: 'execute()', take: () => takeSample([ourProgram('commands'), ...commands]) },
            commandLine(context),
            peer,
            shell,
          ],
          context.rounds,
        )
      ).values(),
    ]
    const [later, spawned] = (['laterMs', 'bareMs'] as const).map((fact): Series => ({
      ...inside!,
      values: inside!.facts.map((facts) => facts[fact] as number),
    }))
    return [
      beyondIdeal('commands first', inside!, 15),
      beyondIdeal('commands later', later!, 5),
      compareSeries(
        overhead(later!),
        { ...overhead(spawned!), name: 'spawn() alone, in the same process' },
        { row: 'commands later, over the commands', kind: 'limit', unit: 'ms' },
      ),
      compareSeries(overhead(whole!), overhead(theirs!), {
        row: 'commands line, over the commands',
        kind: 'peer',
        unit: 'ms',
        goal: 1,
      }),
      compareSeries(overhead(whole!), overhead(bare!), {
        row: 'commands line, over the commands',
        kind: 'limit',
        unit: 'ms',
      }),
    ]
  },
}

function beyondIdeal(row: string, series: Series, allowedMs: number): Line {
  const beyond = median(series.values) - idealMs
  const ideal = { name: 'arithmetic', values: [idealMs], facts: [], problem: null }
  return {
    ...compareSeries(series, ideal, { row, kind: 'limit', unit: 'ms' }),
    goal: `+ ${allowedMs} ms (is + ${round(beyond)})`,
    met: beyond <= allowedMs,
  }
}

function overhead(series: Series): Series {
  return { ...series, values: series.values.map((value) => value - idealMs) }
}

const config = `import { bash, defineGroup, definePlugin } from '${pathToFileURL(`${built}/index.js`).href}'
const four = definePlugin({
  name: 'four',
  apply(hooks) {
    hooks.plan.for('four').tap('four', () => [
      defineGroup({
        name: 'commands',
        operations: ${JSON.stringify(commands)}.map((command) => bash(command, { claims: { reads: [], writes: [] } })),
      }),
    ])
  },
})
export default { plugins: [four()] }
`

function commandLine(context: Context): Side {
  const root = context.place('four-commands')
  mkdirSync(`${root}/.claude/commands`, { recursive: true })
  writeFileSync(`${root}/heddle.config.mjs`, config)
  writeFileSync(`${root}/.claude/commands/four.md`, '---\npattern: four\n---\n\n# Four\n')
  const words = [process.execPath, `${built}/cli/main.js`, 'run', 'four', '--root', root, '--format', 'json']
  return {
    name: 'heddle run',
    figure: (_, wholeMs) => wholeMs,
    take: () => takeProcess(words, { read: (output) => ({ status: JSON.parse(output).status as string }) }),
    wrong: ({ status }) => (status === 'passed' ? undefined : `the run ${String(status)}`),
  }
}

const peer: Side = {
  name: 'concurrently',
  figure: (_, wholeMs) => wholeMs,
  take: () =>
    takeProcess(
      [process.execPath, `${benchFolder}node_modules/concurrently/dist/bin/concurrently.js`, ...commands],
      { read: () => ({}) },
    ),
}

const shell: Side = {
  name: 'sh with & and wait',
  figure: (_, wholeMs) => wholeMs,
  take: () => takeProcess(['sh', '-c', `${commands.join(' & ')} & wait`], { read: () => ({}) }),
}
