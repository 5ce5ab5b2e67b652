// SPDX-License-Identifier: MIT
// What a release consists of, made from the build under test, and used as hosts, registries and
// package managers use it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { getMcpConfigForManifest } from '@anthropic-ai/mcpb';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { temporaryDirectory } from './harness/directory.mjs';
import { pngOfSize, saving, sha256 } from './harness/images.mjs';
import { CLIENT_INFO, PROGRAM, assertHealthy, environment } from './harness/server.mjs';
import { R2, fetchUrl } from './harness/stores.mjs';

const build = path.dirname(fs.realpathSync(PROGRAM));
const packaging = fileURLToPath(new URL('../../packaging/', import.meta.url));
const mcpbTool = fileURLToPath(new URL('./node_modules/.bin/mcpb', import.meta.url));

function attempt(command, args, more = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', ...more });
  assert.ok(!result.error, String(result.error));
  return result;
}

function run(command, args, more) {
  const { status, stdout, stderr } = attempt(command, args, more);
  assert.equal(status, 0, `${command} ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

const make = (target) => run('meson', ['compile', '-C', build, target]);
const mcpb = (...args) => run(process.execPath, [mcpbTool, ...args]);

const version = /\d[\d.]+/.exec(run(PROGRAM, ['--version']))[0];

const made = (ending) => {
  const directory = path.join(build, 'packaging');
  const names = fs.readdirSync(directory);
  const found = names.filter((name) => name.includes(version) && name.endsWith(ending));
  assert.equal(found.length, 1, names.join(' '));
  return path.join(directory, found[0]);
};

// Packages are made of builds for people: the run time of a sanitizer is not among them.
const instrumented = /lib[atu]b?san/.test(run('ldd', [PROGRAM]));
const skip = instrumented && 'packages are made of builds without sanitizers';

describe('the MCP bundle', { skip }, () => {
  let bundle;
  let directory;
  let manifest;
  let r2;
  before(async () => {
    make('mcpb');
    bundle = made('.mcpb');
    directory = path.join(temporaryDirectory('mcpb'), 'a place with spaces');
    mcpb('unpack', bundle, directory);
    manifest = JSON.parse(fs.readFileSync(path.join(directory, 'manifest.json'), 'utf8'));
    r2 = await R2.start(1);
  });
  after(() => r2?.stop());

  // Starts the server as the manifest says, with what the user has filled in; body gets a client,
  // the home directory, and the process.
  async function installed(userConfig, body) {
    const warnings = [];
    const config = await getMcpConfigForManifest({
      manifest,
      extensionPath: directory,
      systemDirs: {},
      userConfig,
      pathSeparator: '/',
      logger: { warn: (...texts) => warnings.push(texts) },
    });
    assert.deepEqual(warnings, []);
    const env = environment(config.env);
    const transport = new StdioClientTransport({ ...config, env, stderr: 'pipe' });
    let stderr = '';
    transport.stderr.on('data', (text) => (stderr += text));
    const client = new Client(CLIENT_INFO);
    await client.connect(transport);
    try {
      return await body(client, env, transport.pid);
    } finally {
      await client.close();
      assertHealthy(stderr);
    }
  }

  async function save(client, image) {
    const result = await client.callTool({ name: 'save_image', arguments: saving(image) });
    assert.notEqual(result.isError, true, JSON.stringify(result.content));
    return result.structuredContent;
  }

  test('is what the format asks for', () => {
    mcpb('validate', path.join(directory, 'manifest.json'));
    mcpb('pack', directory, path.join(temporaryDirectory('packed'), 'again.mcpb'));
    assert.equal(manifest.version, version);
    assert.ok(fs.existsSync(path.join(directory, 'LICENSE')));
    const program = path.join(directory, manifest.server.entry_point);
    assert.equal(run(program, ['--version']), run(PROGRAM, ['--version']));
  });

  test('is the same when it is made again', () => {
    const first = fs.readFileSync(bundle);
    fs.rmSync(bundle);
    make('mcpb');
    assert.equal(sha256(fs.readFileSync(bundle)), sha256(first));
  });

  test('asks for what the program knows, and hides what is secret', () => {
    const help = run(PROGRAM, ['--help']);
    const asked = Object.entries(manifest.server.mcp_config.env).filter(([, value]) =>
      value.startsWith('${user_config.'),
    );
    const used = asked.map(([, value]) => /^\$\{user_config\.(\w+)\}$/.exec(value)[1]);
    assert.deepEqual(used, Object.keys(manifest.user_config));
    for (const [name] of asked) assert.match(help, new RegExp(`^ +${name}$`, 'm'));
    const secret = (key) => manifest.user_config[key].sensitive === true;
    assert.deepEqual(used.filter(secret), ['access_key', 'secret_key']);
  });

  test('saves into a directory when nothing is filled in, with its own libraries', async () => {
    await installed({}, async (client, env, pid) => {
      const { tools } = await client.listTools();
      assert.deepEqual(
        manifest.tools.map(({ name }) => name).sort(),
        tools.map(({ name }) => name).sort(),
      );
      const { url } = await save(client, pngOfSize(1000));
      assert.ok(url.startsWith(`file://${env.HOME}/.local/share/image-storage-mcp/generations/`));
      const maps = fs.readFileSync(`/proc/${pid}/maps`, 'utf8');
      for (const library of ['libcurl.so', 'libjansson.so', 'libcrypto.so'])
        assert.ok(maps.includes(`${directory}/server/lib/${library}`), library);
    });
  });

  test('takes fields that were emptied for fields that were never filled in', async () => {
    const keys = Object.keys(manifest.user_config);
    const emptied = Object.fromEntries(keys.map((key) => [key, '']));
    const local_dir = temporaryDirectory('pictures');
    await installed({ ...emptied, local_dir }, async (client) => {
      const { key } = await save(client, pngOfSize(1000));
      assert.ok(fs.existsSync(path.join(local_dir, key)));
    });
  });

  test('saves into the bucket that was filled in', async () => {
    const bucket = await r2.bucket();
    const filled = {
      bucket: bucket.name,
      access_key: bucket.accessKey,
      secret_key: bucket.secretKey,
      endpoint: bucket.endpoint,
      region: bucket.region,
      prefix: 'art',
    };
    await installed(filled, async (client) => {
      const image = pngOfSize(1000);
      const { url, key } = await save(client, image);
      assert.match(key, /^art\//);
      const { status, body } = await fetchUrl(url);
      assert.equal(status, 200);
      assert.equal(sha256(body), sha256(image));
    });
  });

  describe('in the registry', () => {
    const register = (repository) => {
      const output = path.join(temporaryDirectory('registry'), 'server.json');
      const script = path.join(packaging, 'server_json.py');
      const result = attempt('python3', [script, output, repository, bundle]);
      return { ...result, output };
    };

    // The rules are those of the schema that the entry names, and of the registry for bundles.
    test('is described by its rules', () => {
      const { status, output, stderr } = register('https://github.com/someone/images.git');
      assert.equal(status, 0, stderr);
      const { packages, ...entry } = JSON.parse(fs.readFileSync(output, 'utf8'));
      assert.ok(entry.description.length <= 100, `${entry.description.length}`);
      assert.ok(entry.title.length <= 100);
      delete entry.description;
      assert.deepEqual(entry, {
        $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
        name: 'io.github.someone/image-storage-mcp',
        title: manifest.display_name,
        version,
        repository: { url: 'https://github.com/someone/images', source: 'github' },
      });
      assert.match(entry.name, /^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/);
      const [{ environmentVariables, ...file }] = packages;
      assert.deepEqual(file, {
        registryType: 'mcpb',
        identifier:
          `https://github.com/someone/images/releases/download/v${version}/` +
          path.basename(bundle),
        fileSha256: sha256(fs.readFileSync(bundle)),
        transport: { type: 'stdio' },
      });
      const variables = new Map(environmentVariables.map((each) => [each.name, each]));
      assert.equal(variables.size, Object.keys(manifest.user_config).length);
      assert.equal(variables.get('S3_SECRET_KEY').isSecret, true);
      assert.equal(variables.get('S3_BUCKET').isSecret, false);
      assert.equal(variables.get('IMAGE_STORAGE_DIR').format, 'filepath');
      for (const { format, isRequired, ...rest } of variables.values()) {
        assert.ok(['string', 'filepath'].includes(format));
        assert.equal(isRequired, false);
        assert.deepEqual(Object.keys(rest), ['name', 'description', 'isSecret']);
      }
    });

    test('is not described without the repository whose releases hold it', () => {
      for (const repository of ['', 'https://example.com/a/b', 'https://github.com/a']) {
        const { status, output, stderr } = register(repository);
        assert.equal(status, 1);
        assert.match(stderr, /-Drepository=https:\/\/github\.com\/OWNER\/NAME/);
        assert.ok(!fs.existsSync(output));
      }
    });
  });
});

test('meson install installs the program and its licence', () => {
  const root = temporaryDirectory('install');
  run('meson', ['install', '-C', build, '--no-rebuild', '--destdir', root]);
  const prefix = path.join(root, 'usr/local');
  const program = path.join(prefix, 'bin/image-storage-mcp');
  assert.equal(fs.statSync(program).mode & 0o777, 0o755);
  assert.equal(run(program, ['--version']), run(PROGRAM, ['--version']));
  const license = path.join(prefix, 'share/doc/image-storage-mcp/LICENSE');
  assert.match(fs.readFileSync(license, 'utf8'), /^MIT License/);
});

const tools = ['dpkg', 'dpkg-deb', 'dpkg-shlibdeps'];
const missing = tools.filter((tool) => spawnSync(tool, ['--version']).error);
const noDebian = missing.length > 0 && `no ${missing.join(', no ')} here`;

describe('the Debian package', { skip: skip || noDebian }, () => {
  let file;
  before(() => {
    make('deb');
    file = made('.deb');
  });

  const field = (name) => run('dpkg-deb', ['-f', file, name]).trim();

  test('says what it is and what it needs', () => {
    assert.equal(field('Package'), 'image-storage-mcp');
    assert.equal(field('Version'), version);
    assert.equal(field('Architecture'), run('dpkg', ['--print-architecture']).trim());
    for (const library of ['libc6', 'libcurl4', 'libjansson4', 'ca-certificates'])
      assert.match(field('Depends'), new RegExp(`(^|, )${library}`));
    const size = Number(field('Installed-Size')) * 1024;
    assert.ok(size > 100_000 && size < 20_000_000, `${size}`);
  });

  test('installs and runs', () => {
    const root = temporaryDirectory('root');
    fs.mkdirSync(path.join(root, 'var/lib/dpkg/updates'), { recursive: true });
    fs.mkdirSync(path.join(root, 'var/lib/dpkg/info'));
    fs.writeFileSync(path.join(root, 'var/lib/dpkg/status'), '');
    const options = ['--force-not-root', '--force-depends', '--log=/dev/null'];
    run('dpkg', [`--root=${root}`, ...options, '--install', file]);
    const program = path.join(root, 'usr/bin/image-storage-mcp');
    assert.equal(run(program, ['--version']), run(PROGRAM, ['--version']));
    run('dpkg', [`--root=${root}`, ...options, '--verify', 'image-storage-mcp']);
    const documentation = fs.readdirSync(path.join(root, 'usr/share/doc/image-storage-mcp'));
    assert.deepEqual(documentation.sort(), ['changelog.gz', 'copyright']);
    run('dpkg', [`--root=${root}`, ...options, '--remove', 'image-storage-mcp']);
    assert.ok(!fs.existsSync(program));
  });

  test('belongs to root, and is not writable by others', () => {
    const lines = run('dpkg-deb', ['-c', file]).trim().split('\n');
    for (const line of lines) assert.match(line, /^[d-]rw[x-]r-[x-]r-[x-] root\/root /);
  });
});
