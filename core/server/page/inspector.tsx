import { api, type ExplainedInPlace } from './api.ts'
import { useAsked } from './asked.ts'
import { Command, Fault, ModuleLink, Section, Status } from './parts.tsx'
import { ModulePicker } from './picker.tsx'
import { linkTo, replaceRoute } from './route.ts'
import type { Shown } from './state.ts'

/** Any reference, and the file it stands in: which file it names, and every place that was looked at. */
export function Inspector({ query, shown }: { readonly query: URLSearchParams; readonly shown: Shown }) {
  const reference = query.get('reference') ?? ''
  const from = query.get('from') ?? ''
  const ask = reference === '' ? undefined : () => api.why(reference, from)
  const { value: found, fault } = useAsked(ask, [reference, from, shown.generation])
  const go = (more: Readonly<Record<string, string>>): void =>
    replaceRoute(linkTo('inspector', { reference, from, ...more }))
  return (
    <>
      <h1>Inspector</h1>
      <p class="soft">Why does a reference lead where it leads? Every place that was looked at, in order.</p>
      <search class="filters">
        <label>
          Reference{' '}
          <input
            type="search"
            size={44}
            value={reference}
            placeholder="@modules/patterns/x.md"
            spellcheck={false}
            onInput={({ currentTarget }) => go({ reference: currentTarget.value })}
          />
        </label>
        <ModulePicker
          label="in the file"
          id="from"
          value={from}
          shown={shown}
          choose={(from) => go({ from })}
        />
        {from !== '' && (
          <button type="button" class="quiet" onClick={() => go({ from: '' })}>
            from nowhere
          </button>
        )}
      </search>
      {fault && <Fault fault={fault} />}
      {found && <Answer found={found} />}
      {reference !== '' && <Command words={['why', reference, ...(from === '' ? [] : ['--from', from])]} />}
    </>
  )
}

function Answer({ found }: { readonly found: ExplainedInPlace }) {
  const { status, path, layer, rung, hint, suggestion, candidates, fragment, plugins } = found
  return (
    <>
      <p class={`answer ${status ?? ''}`}>
        <Status status={status} /> {path === null ? hint : <ModuleLink id={path} />}{' '}
        {path !== null && (
          <span class="soft">{[layer, rung && `by ${rung}`].filter(Boolean).join(', ')}</span>
        )}
      </p>
      {suggestion && (
        <p>
          Did you mean <ModuleLink id={suggestion.path} />?{' '}
          <span class="soft">confidence {Math.round(suggestion.confidence * 100)} %</span>
        </p>
      )}
      {candidates.length > 0 && (
        <Section title="It could be" count={candidates.length}>
          <ul>
            {candidates.map((candidate) => (
              <li key={candidate}>
                <ModuleLink id={candidate} />
              </li>
            ))}
          </ul>
        </Section>
      )}
      {fragment && (
        <p class="warning">
          {fragment.message} {fragment.hint}
        </p>
      )}
      <Tried tried={found.tried} />
      {plugins.length > 0 && (
        <Section title="Plugins" count={plugins.length}>
          <ul>
            {plugins.map(({ plugin, did, message }) => (
              <li key={`${plugin} ${did}`}>
                <strong>{plugin}</strong> {did}: {message}
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  )
}

function Tried({ tried }: Pick<ExplainedInPlace, 'tried'>) {
  return (
    <Section title="Tried, in order" count={tried.length}>
      <table class="tried">
        <thead>
          <tr>
            <th scope="col">found</th>
            <th scope="col">rung</th>
            <th scope="col">path</th>
            <th scope="col">layer</th>
          </tr>
        </thead>
        <tbody>
          {tried.map(({ rung, path, found, layer }, index) => (
            <tr key={index} class={found ? 'found' : ''}>
              <td>{found ? '✓ yes' : '· no'}</td>
              <td>{rung}</td>
              <td class="path">{path}</td>
              <td class="soft">{layer}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  )
}
