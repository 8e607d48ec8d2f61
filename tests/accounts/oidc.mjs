// A real OpenID Connect provider for the tests of single sign-on: node oidc.mjs PORT REDIRECTS AFTERS PEOPLE [PEM]
// REDIRECTS and AFTERS are comma-separated addresses, PEOPLE a JSON of claims by subject. It takes any password.
// PEM is a file with a certificate and its key: with it, all goes over TLS.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import Provider from "oidc-provider";

const [port, redirects, afters, people, pem] = process.argv.slice(2);
const accounts = JSON.parse(people);
const issuer = `${pem ? "https" : "http"}://127.0.0.1:${port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "portal",
      client_secret: "a secret of both",
      redirect_uris: redirects.split(","),
      post_logout_redirect_uris: afters.split(","),
    },
  ],
  pkce: { required: () => true },
  cookies: { keys: ["only for tests"] },
  scopes: ["openid", "profile", "email", "groups"],
  claims: {
    openid: ["sub"],
    profile: ["preferred_username", "given_name", "family_name"],
    email: ["email", "email_verified"],
    groups: ["groups"],
  },
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  findAccount: (context, subject) =>
    accounts[subject] && { accountId: subject, claims: () => ({ sub: subject, ...accounts[subject] }) },
});

const both = pem && readFileSync(pem);
const server = pem
  ? createSecureServer({ cert: both, key: both }, provider.callback())
  : createServer(provider.callback());
server.listen(Number(port), "127.0.0.1", () => console.log("ready"));
