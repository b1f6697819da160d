import type { CodeShape, TestCase } from './code-shape.ts'
import type { AntiPattern } from './result.ts'
import type { Thresholds } from './options.ts'

/** What the judgement is made from. */
export interface Judged {
  /** Sources of the component. */
  readonly sources: readonly CodeShape[]
  /** Test files of the component. */
  readonly tests: readonly CodeShape[]
  readonly integration: Integration | null
}

/** How many tests of the project let its parts work together; null where there is nothing to be put together. */
export interface Integration {
  readonly tests: number
  readonly integrated: number
}

/** What spoils the component and its tests: first what blocks, by file and line, then what only warns. */
export function findAntiPatterns(judged: Judged, thresholds: Thresholds): AntiPattern[] {
  const found = [
    ...judged.sources.flatMap((shape) => inSource(shape, thresholds)),
    ...judged.tests.flatMap((shape) => inTests(shape, thresholds)),
    ...ofSuite(judged.integration, thresholds),
  ]
  return [...found.filter(({ blocks }) => blocks), ...found.filter(({ blocks }) => !blocks)]
}

function inSource({ path, lines, classes, functions }: CodeShape, limits: Thresholds): AntiPattern[] {
  const found: AntiPattern[] = []
  if (lines > limits.maxFileLines)
    found.push(
      blocking('long-file', path, 1, `"${path}" has ${lines} lines; ${limits.maxFileLines} are the most.`),
    )
  for (const { name, line, methods } of classes)
    if (methods > limits.maxClassMethods)
      found.push(
        blocking(
          'large-class',
          path,
          line,
          `The class "${name}" has ${methods} methods; ${limits.maxClassMethods} are the most.`,
        ),
      )
  for (const { name, line, parameters, complexity } of functions) {
    if (parameters > limits.maxParameters)
      found.push(
        blocking(
          'many-parameters',
          path,
          line,
          `"${name}" takes ${parameters} parameters; ${limits.maxParameters} are the most.`,
        ),
      )
    if (complexity > limits.maxComplexity)
      found.push(
        blocking(
          'complex-function',
          path,
          line,
          `There are ${complexity} ways through "${name}"; ${limits.maxComplexity} are the most.`,
        ),
      )
  }
  return found
}

function inTests({ path, tests }: CodeShape, limits: Thresholds): AntiPattern[] {
  const names = new Set<string>()
  return tests.flatMap((test) => {
    const { name, line, mocks, sleeps, skipped, shares } = test
    const found: AntiPattern[] = []
    const hollow = whyHollow(test)
    if (hollow) found.push(blocking('asserts-nothing', path, line, hollow))
    if (mocks > limits.maxMocks)
      found.push(
        blocking(
          'many-mocks',
          path,
          line,
          `The test "${name}" replaces ${mocks} things; ${limits.maxMocks} are the most.`,
        ),
      )
    if (sleeps > 0)
      found.push(
        warning('sleeps', path, line, `The test "${name}" waits for time to pass instead of for an event.`),
      )
    if (shares.length > 0)
      found.push(
        warning(
          'order-dependence',
          path,
          line,
          `The test "${name}" shares "${shares.join('", "')}" with others, so that their order matters.`,
        ),
      )
    const unclear = whyUnclear(name, names)
    if (unclear && !skipped)
      found.push(warning('unclear-name', path, line, `The name of the test "${name}" ${unclear}.`))
    names.add(name)
    return found
  })
}

function whyHollow({ name, skipped, assertions, hollow }: TestCase): string | undefined {
  if (skipped) return undefined
  if (assertions === 0) return `The test "${name}" asserts nothing.`
  if (hollow === 0) return undefined
  return hollow === assertions
    ? `What the test "${name}" asserts holds whatever the code does.`
    : `${hollow} of ${assertions} assertions of the test "${name}" hold whatever the code does.`
}

const emptyName =
  /^(?:test[_ ]?)?(?:(?:it|this|should)[_ ])?(?:works?|ok|okay|fine|passes|pass|runs?|foo|bar|baz|basic|simple|todo|untitled|stuff|things?|case|test|tests|\d+|case[_ ]?\d+|test[_ ]?\d+)$/i

function whyUnclear(name: string, before: ReadonlySet<string>): string | undefined {
  if (name.trim() === '' || emptyName.test(name.trim()) || /^test_?$/.test(name))
    return 'does not say what is promised'
  return before.has(name) ? 'is that of another test before it' : undefined
}

function ofSuite(integration: Integration | null, limits: Thresholds): AntiPattern[] {
  if (!integration || integration.tests === 0) return []
  const { tests, integrated } = integration
  if (integrated * 100 >= tests * limits.minIntegrationPercent) return []
  const share = Math.floor((integrated * 100) / tests)
  const text = `${integrated} of ${tests} tests of the project (${share} %) let its parts work together; ${limits.minIntegrationPercent} % are the least.`
  return [
    {
      kind: 'few-integration-tests',
      blocks: true,
      message: text,
      hint: hints['few-integration-tests'],
      at: null,
    },
  ]
}

const hints = {
  'long-file': 'Cut it where its purposes part.',
  'large-class': 'Take out what has a state of its own.',
  'many-parameters': 'Give it one object with names.',
  'complex-function': 'Take out the branches that belong together, and name them.',
  'asserts-nothing': 'Assert what it promises, and see it fail once.',
  'many-mocks': 'Test it with the real parts, or give it fewer of them.',
  'few-integration-tests':
    'Write tests that import two or more of its sources and replace none, or say "integration" in their path.',
  sleeps: 'Wait for what happens, or move the clock.',
  'order-dependence': 'Make it anew in each test, or in beforeEach.',
  'unclear-name': 'Say in a sentence what holds.',
} as const

type Kind = keyof typeof hints

function blocking(kind: Kind, path: string, line: number, message: string): AntiPattern {
  return { kind, blocks: true, message, hint: hints[kind], at: { path, line } }
}

function warning(kind: Kind, path: string, line: number, message: string): AntiPattern {
  return { ...blocking(kind, path, line, message), blocks: false }
}
