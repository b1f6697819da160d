import { type Diagnostic, languageOf, list, type Planning, surveyProject } from 'heddle'
import { proposalsFor } from './init.ts'
import type { Setup, Sight } from './plan.ts'
import type { Proposal } from './proposal.ts'
import { newLanguages, scaffoldOf } from './scaffolds.ts'

/** A project that does not exist yet: manifest, one source with its test, README, and what `init` proposes for it. */
export function initNew({ arguments: given, modules }: Planning): Setup {
  const setting = modules.flatMap(({ parts }) => parts.settings).find(({ name }) => name === 'language')
  const name = (given['name'] ?? '').trim()
  const language = (given['language'] ?? setting?.default ?? 'javascript').trim().toLowerCase()
  const faults = faultsOf(name, language)
  return {
    group: 'new-project',
    also: [list('', { name: 'root' })],
    gates: { 'folder-is-new': 'blocking', 'answers-usable': 'blocking' },
    draft(sight) {
      const isNew = sight.survey.sources === 0 && sight.survey.manifests.length === 0
      return {
        proposals: faults.length > 0 ? [] : allFiles(name, language),
        told: isNew ? [] : ['the folder holds a project already'],
        findings: isNew ? faults : [...faults, occupied(sight)],
        verdicts: { 'folder-is-new': isNew, 'answers-usable': faults.length === 0 },
        facts: { name, language },
      }
    },
  }
}

/** What is proposed for the project is what `init` would propose for it once it is there. */
function allFiles(name: string, language: string): readonly Proposal[] {
  const own = scaffoldOf(name, language)
  const texts = new Map(own.map(({ path, text }) => [path, text]))
  return [...own, ...proposalsFor({ survey: surveyProject([...texts.keys()], texts) })]
}

function faultsOf(name: string, language: string): Diagnostic[] {
  const faults: Diagnostic[] = []
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(name))
    faults.push({
      code: 'setup/name-unusable',
      severity: 'error',
      message: `"${name}" is no name that every tool takes.`,
      hint: 'Use small letters, digits and hyphens, and begin with a letter.',
    })
  if (!newLanguages.includes(language))
    faults.push({
      code: 'setup/language-unknown',
      severity: 'error',
      message: `There is nothing to begin a project in "${language}" with.`,
      hint: `Take one of ${newLanguages.join(', ')}.`,
    })
  return faults
}

function occupied({ survey, paths }: Sight): Diagnostic {
  const first = survey.manifests[0] ?? paths.find((path) => languageOf(path) !== undefined)
  return {
    code: 'setup/folder-occupied',
    severity: 'error',
    message: `The folder is not new: it has ${first}.`,
    hint: 'For a project that is there already: heddle run init.',
    ...(first === undefined ? {} : { at: { path: first, line: 1, column: 1 } }),
  }
}
