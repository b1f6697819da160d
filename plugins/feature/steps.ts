import type { FeatureResult } from './result.ts'

type Found = Omit<FeatureResult, 'summary' | 'steps' | 'context' | 'agent' | 'unread'>

/** What to do, in order: questions first, then a test for each criterion, then the files. */
export function stepsOf({ questions, criteria, touches, named }: Found): readonly string[] {
  const made = named.filter(({ exists, path }) => !exists && /\.\w+$/.test(path))
  return [
    ...(questions.length > 0 ? [`Get answers to ${questions.length} open questions.`] : []),
    ...criteria.filter(({ done }) => !done).map(({ text }) => `Write a test that fails until: ${text}`),
    ...(criteria.length === 0 ? ['Write down when it is done, in sentences that a test can show.'] : []),
    ...made.map(({ path }) => `Make ${path}.`),
    ...touches
      .slice(0, 8)
      .map(({ path, tests }) =>
        tests.length > 0
          ? `Look at ${path} and ${tests[0]}.`
          : `Look at ${path}, which has no test: write one first.`,
      ),
    'Run heddle run task PATH for each file that changes, and heddle run protocol at the end.',
  ]
}

const shown = 12

/** What a person reads first. */
export function summaryOf(result: Omit<FeatureResult, 'summary'>): readonly string[] {
  const { requirements, criteria, questions, touches, steps, context, agent } = result
  const left = steps.length - shown
  return [
    `${requirements.length} requirements, ${criteria.length} criteria, ${questions.length} open questions; touches ${touches.length} files`,
    ...requirements.slice(0, shown).map(({ text, strength }) => `${strength}: ${text}`),
    ...criteria.slice(0, shown).map(({ text, done }) => `${done ? '☑' : '☐'} ${text}`),
    '',
    ...steps.slice(0, shown).map((step, index) => `${index + 1}. ${step}`),
    ...(left > 0 ? [`… ${left} more, all of them in --format json`] : []),
    '',
    agent === null
      ? `No agent is configured; the context for one (${context.tokens} tokens, estimated) stands in --format json.`
      : `The agent ended: ${agent.status}.`,
  ]
}
