import type { Row, WrittenCorpus } from '../context.ts'
import { compareSeries, type Line } from '../line.ts'
import { interleave, median, type Side } from '../rounds.ts'
import { type Facts, benchFolder, peerProgram, takeSample } from '../sample.ts'
import { forget, grayMatter, wrongTotals } from './sides.ts'

const modules = 100
const commandLine = `${benchFolder}../../dist/core/cli/main.js`
/** What a check may take beyond Node's own start. */
const stretchMs = 40

/** The command line on a small project. */
export const cliRow: Row = {
  name: 'cli',
  times: `a process from spawn to exit that checks ${modules} modules.`,
  async measure(context) {
    const corpus = context.corpus(modules)
    const series = await interleave(
      [heddle(corpus), grayMatter(corpus), nothing].map(wholeProcess),
      context.rounds * 2,
    )
    const [ours, script, bare] = [...series.values()] as const
    const beyond = median(ours!.values) - median(bare!.values)
    const limit: Line = {
      ...compareSeries(ours!, bare!, { row: 'cli', kind: 'limit', unit: 'ms' }),
      goal: `stretch: + ${stretchMs} ms (is + ${Math.round(beyond)})`,
      met: beyond <= stretchMs,
    }
    return [compareSeries(ours!, script!, { row: 'cli', kind: 'peer', unit: 'ms', goal: 1 }), limit]
  },
}

function heddle(corpus: WrittenCorpus): Side {
  return {
    name: 'heddle check',
    take() {
      forget(corpus)
      // The corpus has references to files that do not exist.
      return takeSample([commandLine, 'check', '--root', corpus.root, '--format', 'json'], {
        codes: [1],
        read,
      })
    },
    wrong: (facts: Facts) => wrongTotals(corpus, facts),
  }
}

function read(output: string): Omit<Facts, 'ms'> {
  const { modules, references } = JSON.parse(output) as { modules: number; references: unknown }
  return { documents: modules, references }
}

const nothing: Side = { name: 'node start', take: () => takeSample([peerProgram('nothing')]) }

function wholeProcess(side: Side): Side {
  return { ...side, figure: (_, wholeMs) => wholeMs }
}
