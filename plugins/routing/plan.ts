import {
  defineGroup,
  glob,
  type GlobOutput,
  grep,
  type GrepOutput,
  type Group,
  type Outcome,
  type Planning,
  sourceEndings,
} from 'heddle'
import { capabilitiesOf } from './capabilities.ts'
import { decide } from './decide.ts'
import { featuresOf } from './features.ts'
import type { RoutingOptions } from './options.ts'
import type { ProjectSignals, RoutingDecision } from './result.ts'

const mostRequests = 2_000
const sources = `**/*.{${sourceEndings.join(',')}}`

/** What several requests, one on each line, lead to. */
export interface RoutingDecisions {
  readonly summary: readonly string[]
  readonly decisions: readonly RoutingDecision[]
}

/**
 * One group: looks at the project from five sides at once, and then chooses the command for the argument `request`. Several lines are
 * several requests. The commands are known by their front matter alone.
 */
export async function planRouting(planning: Planning, { prefer }: RoutingOptions): Promise<readonly Group[]> {
  const requests = (planning.arguments['request'] ?? '').split('\n').filter((line) => line.trim() !== '')
  if (requests.length === 0) {
    planning.report({
      code: 'routing/request-empty',
      severity: 'error',
      message: 'There is no request.',
      hint: 'Say in plain words what you want: heddle route "where is the session closed?"',
    })
    return []
  }
  if (requests.length > mostRequests) {
    planning.report({
      code: 'routing/requests-many',
      severity: 'error',
      message: `There are ${requests.length} requests, and at most ${mostRequests} are taken at once.`,
      hint: 'Send them in several parts.',
    })
    return []
  }
  const commands = await planning.commands()
  const capabilities = capabilitiesOf(commands.filter(({ id }) => id !== planning.command.id))
  return [
    defineGroup<RoutingDecision | RoutingDecisions>({
      name: 'decision',
      operations: looks,
      synthesise(outcomes) {
        const signals = signalsOf(outcomes)
        const isComplete = Object.values(signals).every((value) => value !== null)
        const decisions = requests.map((request) =>
          decide({ features: featuresOf(request), capabilities, signals, preferences: prefer }, isComplete),
        )
        if (decisions.length === 1) return decisions[0]!
        return { summary: decisions.map(lineOf), decisions }
      },
      gates: [
        {
          name: 'command-found',
          severity: 'warning',
          check: (_, result) =>
            result && !('decisions' in result) ? result.recommendedCommand !== null : undefined,
        },
      ],
    }),
  ]
}

const looks = [
  grep({ pattern: 'TODO|FIXME', glob: sources, outputMode: 'count' }, { name: 'todos' }),
  glob(
    { patterns: ['**/*.{test,spec}.*', '**/test_*.py', '**/*_test.*', 'test/**', 'tests/**'] },
    { name: 'tests' },
  ),
  glob({ patterns: [sources] }, { name: 'sources' }),
  glob(
    { patterns: ['*.config.*', '*.toml', '*.cfg', '*.ini', '*.json', '.github/**'] },
    { name: 'configurations' },
  ),
  glob({ patterns: ['**/*.md'] }, { name: 'documents' }),
]

function signalsOf(outcomes: readonly Outcome[]): ProjectSignals {
  const files = (name: string): number | null =>
    (outputOf(outcomes, name) as GlobOutput | undefined)?.files.length ?? null
  return {
    todos: (outputOf(outcomes, 'todos') as GrepOutput | undefined)?.total ?? null,
    tests: files('tests'),
    sources: files('sources'),
    configurations: files('configurations'),
    documents: files('documents'),
  }
}

function outputOf(outcomes: readonly Outcome[], name: string): unknown {
  return outcomes.find((outcome) => outcome.name === name && outcome.status === 'done')?.output
}

function lineOf({ recommendedCommand, request }: RoutingDecision): string {
  return `${recommendedCommand ?? '-'}: ${request}`
}
