"""A holder enrols a passkey and a key of their own, and signs filings with both, in a browser with an authenticator."""

from __future__ import annotations

import re
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.server import Service, demo_folder, serving
from tests.journeys.visitor import Visitor, visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]
OWNER = "owner@demo.example"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def at_home(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Service]:
    """The service at localhost, where browsers have passkeys without https."""
    base = tmp_path_factory.getbasetemp()
    template = demo_folder(base if worker_id == "master" else base.parent)
    with serving(template, tmp_path_factory.mktemp("signing") / "data", at_localhost=True) as running:
        yield running


@pytest.fixture
def holder(browser: Browser, at_home: Service) -> Iterator[Visitor]:
    with visitor(browser, at_home.address, "signing") as one:
        one.sign_in(OWNER)
        yield one
        # Chromium would have us take RSA for the oldest authenticators; such keys are refused on purpose.
        one.complaints = [complaint for complaint in one.complaints if "pubKeyCredParams" not in complaint]


def open_filing(holder: Visitor, *, place: int = 0) -> str:
    """The page of a registered filing; its address."""
    holder.go("/filings?status=registered")
    holder.main.locator("tbody a").nth(place).click()
    holder.sees("Signatures with own keys")
    return holder.page.url


def test_a_passkey_is_enrolled_and_signs_a_filing(holder: Visitor, tmp_path: Path) -> None:
    session = holder.context.new_cdp_session(holder.page)
    session.send("WebAuthn.enable")
    added = session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    holder.go("/account/signing-keys")
    holder.look("keys")
    holder.page.locator("#passkey-name").fill("Laptop")
    holder.press("Continue with a passkey")
    holder.look("make-passkey")
    holder.press("Make the passkey")
    holder.sees("Laptop")
    holder.look("enrolled")
    held = session.send("WebAuthn.getCredentials", {"authenticatorId": added["authenticatorId"]})
    assert len(held["credentials"]) == 1

    address = open_filing(holder)
    holder.look("unsigned")
    holder.follow("Sign with your own key")
    holder.look("sign")
    holder.press("Sign with a passkey")
    expect(holder.page).to_have_url(address)
    holder.sees(re.compile("Laptop · Passkey, ECDSA P-256"))
    holder.look("signed")
    verified_by_script(holder, tmp_path)


def test_a_key_of_ones_own_signs_with_the_commands_shown(holder: Visitor, tmp_path: Path) -> None:
    run(tmp_path, "openssl genpkey -algorithm ed25519 -out key.pem")
    run(tmp_path, "openssl pkey -in key.pem -pubout -out public.pem")
    holder.go("/account/signing-keys")
    upload = holder.page.locator("form[action$='/uploads']")
    upload.locator("#field-name").fill("Key in the safe")
    upload.locator("[name=public_key_file]").set_input_files(tmp_path / "key.pem")
    upload.locator("[type=submit]").click()
    holder.sees("This is a private key. Keep it secret")
    holder.look("private-key")
    upload.locator("[name=public_key_file]").set_input_files(tmp_path / "public.pem")
    upload.locator("[type=submit]").click()
    sign_as_shown(holder, tmp_path, "Download to-sign.txt", "Enrol the key", picture="possession")
    holder.sees("Key in the safe")

    address = open_filing(holder, place=1)
    holder.follow("Sign with your own key")
    holder.look("sign-with-own-key")
    sign_as_shown(holder, tmp_path, "Download the file to sign", "Sign")
    expect(holder.page).to_have_url(address)
    holder.sees("Key in the safe · Own key, Ed25519")
    verified_by_script(holder, tmp_path)

    holder.go("/account/signing-keys")
    row = holder.main.locator("tr", has_text="Key in the safe")
    row.locator("summary").click()
    row.locator("select").select_option("replaced")
    row.get_by_role("button", name="Revoke").click()
    holder.sees("The key is revoked")
    holder.look("revoked")


def sign_as_shown(holder: Visitor, folder: Path, link: str, button: str, picture: str | None = None) -> None:
    if picture:
        holder.look(picture)
    holder.download(holder.main.get_by_role("link", name=link), folder)
    run(folder, holder.main.locator("pre code").first.inner_text())
    holder.page.locator("[name=signature_file]").set_input_files(folder / "to-sign.sig")
    holder.main.get_by_role("button", name=button, exact=True).click()


def verified_by_script(holder: Visitor, folder: Path) -> None:
    """The evidence of the filing shown, unpacked and verified with openssl alone."""
    bundle = holder.download(holder.main.get_by_role("link", name="Download the evidence"), folder)
    with zipfile.ZipFile(bundle) as opened:
        opened.extractall(folder / "bundle")
    told = run(folder / "bundle", "sh verify.sh")
    assert "filing/submitter.001.sig signs this manifest" in told


def run(folder: Path, command: str) -> str:
    ended = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout
