import { useEffect, useState } from 'preact/hooks'
import { api, type ModuleAnswer, type Refused } from './api.ts'
import { Command, Findings, ModuleLink, Section, Status } from './parts.tsx'
import { linkTo } from './route.ts'
import { ModuleText } from './text.tsx'

interface Shown {
  readonly module?: ModuleAnswer
  readonly fault?: Refused
}

/** One module: its text with its references in it, who refers to it, what is wrong, and what dialects read in it. */
export function ModuleView({
  id,
  line,
  generation,
}: {
  readonly id: string
  readonly line: number
  readonly generation: number
}) {
  const [{ module, fault }, setShown] = useState<Shown>({})
  useEffect(() => {
    let isCurrent = true
    api
      .module(id)
      .then((module) => isCurrent && setShown({ module }))
      .catch((thrown: unknown) => isCurrent && setShown({ fault: thrown as Refused }))
    return () => {
      isCurrent = false
    }
  }, [id, generation])
  if (fault)
    return (
      <p role="alert">
        {fault.message} {fault.hint}
      </p>
    )
  if (!module || module.id !== id) return <p>Loading…</p>
  return (
    <article>
      <h1>{module.title ?? module.name}</h1>
      <p class="facts">
        {[
          module.id,
          module.layer,
          module.kind,
          `~${module.tokens} tokens`,
          `${module.bytes} bytes`,
          module.version ?? '',
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      <Command words={['why', '--who', module.id]} />
      <div class="columns">
        <Section title="Text">
          <ModuleText text={module.text} references={module.references} line={line} />
        </Section>
        <div>
          <Section title={`Problems (${module.diagnostics.length})`}>
            <Findings diagnostics={module.diagnostics} />
          </Section>
          <References module={module} />
          <Section title={`Referred to by (${module.referrers.length})`}>
            {module.referrers.length === 0 && <p>Nobody.</p>}
            <ul>
              {module.referrers.map(({ from, line, column, text }) => (
                <li key={`${from}:${line}:${column}`}>
                  <ModuleLink id={from} line={line} /> {text}
                </li>
              ))}
            </ul>
          </Section>
          <Parts module={module} />
        </div>
      </div>
    </article>
  )
}

function References({ module: { id, references } }: { readonly module: ModuleAnswer }) {
  return (
    <Section title={`References (${references.length})`}>
      <ul>
        {references.map(({ line, column, text, status, to, rung }) => (
          <li key={`${line}:${column}`}>
            <Status status={status} /> <a href={linkTo('inspector', { reference: text, from: id })}>{text}</a>
            {to !== null && (
              <>
                {' '}
                → <ModuleLink id={to} /> {rung && `(${rung})`}
              </>
            )}
          </li>
        ))}
      </ul>
    </Section>
  )
}

function Parts({ module: { parts } }: { readonly module: ModuleAnswer }) {
  const lists = [
    ['Gates', parts.gates.map(({ name, severity }) => `${name} (${severity})`)],
    [
      'Settings',
      parts.settings.map(({ name, default: value }) => (value === null ? name : `${name} = ${value}`)),
    ],
    ['Phases', parts.phases.map(({ name }) => name)],
  ] as const
  return (
    <>
      {lists
        .filter(([, names]) => names.length > 0)
        .map(([title, names]) => (
          <Section key={title} title={title}>
            <ul>
              {names.map((name, index) => (
                <li key={`${name} ${index}`}>{name}</li>
              ))}
            </ul>
          </Section>
        ))}
    </>
  )
}
