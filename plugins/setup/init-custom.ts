import { type Diagnostic, findNearest, glob, type Module, type Planning, type ProjectSurvey } from 'heddle'
import { homeOf } from './init.ts'
import type { Setup, Sight } from './plan.ts'
import type { Proposal } from './proposal.ts'

/** Where an answer comes from, the strongest first. */
type Origin = 'answer' | 'project' | 'setting'

interface Answer {
  readonly name: string
  readonly value: string
  readonly origin: Origin
}

/**
 * A framework from answers: each setting of the pattern's module is a question. What the argument `answers` says counts, then what the
 * project shows, then the setting's own value. They become `PROJECT_CONFIG.xml`, from which modules fill their placeholders.
 */
export function initCustom(planning: Planning): Setup {
  const { settings } = planning.module.parts
  const given = readAnswers(planning.arguments['answers'] ?? '')
  return {
    group: 'answers',
    also: [glob({ patterns: ['**/PROJECT_CONFIG.xml'] }, { name: 'answers so far' })],
    gates: { 'answers-known': 'blocking', 'answers-complete': 'conditional' },
    draft(sight) {
      const answers = settings.map(({ name, default: otherwise }) =>
        answerTo(name, { given, survey: sight.survey, otherwise }),
      )
      const unknown = [...given.keys()].filter((name) => !settings.some((setting) => setting.name === name))
      const open = answers.filter(({ value }) => value === '')
      return {
        proposals: proposalsFor(sight, answers),
        told: answers.map(({ name, value, origin }) => `${name} = ${value || '?'} (${told[origin]})`),
        findings: [...unknown.map((name) => strange(name, planning.module)), ...open.map(openQuestion)],
        verdicts: { 'answers-known': unknown.length === 0, 'answers-complete': open.length === 0 },
        facts: { answers },
      }
    },
  }
}

const told: Readonly<Record<Origin, string>> = {
  answer: 'your answer',
  project: 'from the project',
  setting: 'as nobody said otherwise',
}

/** `name=value` pairs, by comma or line; a comma within quotes belongs to the value. */
export function readAnswers(text: string): ReadonlyMap<string, string> {
  const pairs = text.matchAll(/([A-Za-z][\w.-]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^,\n]*))/g)
  return new Map(
    [...pairs].map(([, name, double, single, bare]) => [name!, (double ?? single ?? bare ?? '').trim()]),
  )
}

interface Known {
  readonly given: ReadonlyMap<string, string>
  readonly survey: ProjectSurvey
  readonly otherwise: string | null
}

function answerTo(name: string, { given, survey, otherwise }: Known): Answer {
  const answer = given.get(name)
  if (answer !== undefined) return { name, value: answer, origin: 'answer' }
  const seen = seenIn(survey)[name]
  if (seen !== undefined && seen !== null) return { name, value: seen, origin: 'project' }
  return { name, value: otherwise ?? '', origin: 'setting' }
}

/** Questions that a look at the project answers. */
function seenIn({ name, languages, sourceFolder, testFolder, documentFolder, commands }: ProjectSurvey) {
  const command = (purpose: string): string | undefined =>
    commands.find((one) => one.purpose === purpose)?.command
  return {
    'project_metadata.name': name,
    'tech_stack.primary_language': languages[0]?.language,
    'project_structure.source_directory': sourceFolder,
    'project_structure.test_directory': testFolder,
    'project_structure.docs_directory': documentFolder,
    'commands.test': command('test'),
    'commands.lint': command('lint'),
    'commands.build': command('build'),
  } as Readonly<Record<string, string | null | undefined>>
}

function proposalsFor(sight: Sight, answers: readonly Answer[]): readonly Proposal[] {
  const home = homeOf(sight)
  return [
    {
      path: 'PROJECT_CONFIG.xml',
      text: xmlOf(answers),
      why: 'the answers, from which placeholders are filled',
    },
    {
      path: `${home}/modules/project-rules.md`,
      text: rulesText(answers),
      why: 'the rules that follow from them',
    },
  ]
}

interface Tree {
  readonly [name: string]: Tree | string
}

function xmlOf(answers: readonly Answer[]): string {
  const tree: Record<string, Tree | string> = {}
  for (const { name, value } of answers) place(tree, name.split('.'), value)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<project_config>',
    ...linesOf(tree, 1),
    '</project_config>',
    '',
  ].join('\n')
}

function place(
  tree: Record<string, Tree | string>,
  [first, ...rest]: readonly string[],
  value: string,
): void {
  if (first === undefined) return
  if (rest.length === 0) tree[first] = value
  else {
    const inner = typeof tree[first] === 'object' ? { ...tree[first] } : {}
    place(inner, rest, value)
    tree[first] = inner
  }
}

function linesOf(tree: Tree, depth: number): readonly string[] {
  const indent = '  '.repeat(depth)
  return Object.entries(tree).flatMap(([name, value]) =>
    typeof value === 'string'
      ? [`${indent}<${name}>${escaped(value)}</${name}>`]
      : [`${indent}<${name}>`, ...linesOf(value, depth + 1), `${indent}</${name}>`],
  )
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Placeholders rather than values: the answers stand in one place. */
function rulesText(answers: readonly Answer[]): string {
  const rules = answers.map(({ name, value }) => {
    const title = name.slice(name.lastIndexOf('.') + 1).replaceAll('_', ' ')
    return `- ${title}: [PROJECT_CONFIG: ${name} | DEFAULT: ${value.replace(/[\]\n|]/g, ' ') || 'not said'}]`
  })
  return [
    '---',
    'kind: module',
    'title: Rules of this project',
    'version: 1.0.0',
    'description: What was answered when the framework was set up; the values stand in PROJECT_CONFIG.xml',
    '---',
    '',
    '# Rules of this project',
    '',
    ...rules,
    '',
  ].join('\n')
}

function strange(name: string, { parts }: Module): Diagnostic {
  const names = parts.settings.map((setting) => setting.name)
  const [near] = findNearest(name, names, 1)
  return {
    code: 'setup/answer-unknown',
    severity: 'error',
    message: `Nobody asks for "${name}".`,
    hint: near ? `Did you mean "${near.value}"?` : `The questions are ${names.join(', ')}.`,
  }
}

function openQuestion({ name }: Answer): Diagnostic {
  return {
    code: 'setup/answer-missing',
    severity: 'warning',
    message: `Nothing says what "${name}" is.`,
    hint: `Answer it: --answers "${name}=…", or set it in the configuration.`,
  }
}
