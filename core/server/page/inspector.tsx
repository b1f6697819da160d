import { useEffect, useState } from 'preact/hooks'
import { api, type ExplainedInPlace, type Refused } from './api.ts'
import { Command, ModuleLink, Section, Status } from './parts.tsx'
import { linkTo, replaceRoute } from './route.ts'

interface Shown {
  readonly found?: ExplainedInPlace
  readonly fault?: Refused
}

/** Any reference, and the file it stands in: which file it names, and every place that was looked at. */
export function Inspector({
  query,
  generation,
}: {
  readonly query: URLSearchParams
  readonly generation: number
}) {
  const reference = query.get('reference') ?? ''
  const from = query.get('from') ?? ''
  const [{ found, fault }, setShown] = useState<Shown>({})
  useEffect(() => {
    let isCurrent = true
    setShown({})
    if (reference === '') return undefined
    api
      .why(reference, from)
      .then((found) => isCurrent && setShown({ found }))
      .catch((thrown: unknown) => isCurrent && setShown({ fault: thrown as Refused }))
    return () => {
      isCurrent = false
    }
  }, [reference, from, generation])
  const go = (more: Readonly<Record<string, string>>): void =>
    replaceRoute(linkTo('inspector', { reference, from, ...more }))
  return (
    <>
      <search class="filters">
        <label>
          Reference{' '}
          <input
            size={48}
            value={reference}
            placeholder="@modules/patterns/x.md"
            onInput={({ currentTarget }) => go({ reference: currentTarget.value })}
          />
        </label>
        <label>
          in the file{' '}
          <input size={36} value={from} onInput={({ currentTarget }) => go({ from: currentTarget.value })} />
        </label>
      </search>
      {fault && (
        <p role="alert">
          {fault.message} {fault.hint}
        </p>
      )}
      {found && <Answer found={found} />}
      {reference !== '' && <Command words={['why', reference, ...(from === '' ? [] : ['--from', from])]} />}
    </>
  )
}

function Answer({ found }: { readonly found: ExplainedInPlace }) {
  const { status, path, layer, rung, hint, suggestion, candidates, fragment, plugins, tried } = found
  return (
    <>
      <p class="answer">
        <Status status={status} /> {path === null ? hint : <ModuleLink id={path} />}{' '}
        {path !== null && `(${[layer, rung].filter(Boolean).join(', by ')})`}
      </p>
      {suggestion && (
        <p>
          Did you mean <ModuleLink id={suggestion.path} />?
        </p>
      )}
      {candidates.length > 0 && <p>It could be {candidates.join(', ')}.</p>}
      {fragment && (
        <p class="warning">
          {fragment.message} {fragment.hint}
        </p>
      )}
      <Section title={`Tried, in order (${tried.length})`}>
        <table>
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
                <td>{path}</td>
                <td>{layer}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
      {plugins.length > 0 && (
        <Section title="Plugins">
          <ul>
            {plugins.map(({ plugin, did, message }) => (
              <li key={`${plugin} ${did}`}>
                {plugin} {did}: {message}
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  )
}
