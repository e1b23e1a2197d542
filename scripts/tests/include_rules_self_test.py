"""Shows that scripts/check-includes finds what it is there to find."""

import importlib.machinery
import importlib.util
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOP = pathlib.Path(__file__).parents[2]
CHECK = TOP / "scripts/check-includes"


def load():
    """The check as a module, to be changed at will."""
    loader = importlib.machinery.SourceFileLoader("check_includes", str(CHECK))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("check_includes", loader))
    sys.modules["check_includes"] = module
    loader.exec_module(module)
    return module


RULES = load()


def run(files):
    """What the check says of a tree of `files` {path: text}."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = pathlib.Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return "\n".join(RULES.violations(pathlib.Path(root)))


class IncludeRulesTest(unittest.TestCase):
    def assert_refused(self, source, line, why):
        output = run({source: f"#pragma once\n{line}\n"})
        self.assertIn(f"{source}:2: ", output)
        self.assertIn(why, output)

    def assert_allowed(self, files):
        self.assertEqual(run(files), "")

    def assert_sees(self, source, path):
        """`source` may include the file `path`, which is there."""
        self.assert_allowed({path: "", source: f'#include "{path}"\n'})

    def test_domain_uses_the_standard_library_only(self):
        self.assert_refused("domain/a.h", "#include <caf/all.hpp>", "may not use CAF")
        self.assert_refused("domain/a.h", "#include <fmt/format.h>", "standard library only")
        self.assert_refused("domain/a.cc", "#include <unistd.h>", "standard library only")
        self.assert_refused("domain/a.h", '#include "storage/store.h"', "may not depend on storage/")

    def test_text_uses_the_standard_library_only(self):
        self.assert_refused("text/a.cc", "#include <fmt/format.h>", "standard library only")
        self.assert_refused("text/a.cc", '#include "domain/amount.h"', "may not depend on domain/")
        self.assert_refused("domain/a.cc", '#include "text/visible.h"', "may not depend on text/")

    def test_domain_and_reference_are_pure(self):
        for folder in ("domain", "reference"):
            self.assert_refused(f"{folder}/a.cc", "#include <random>", "no chance")
            self.assert_refused(f"{folder}/a.cc", "auto t = std::chrono::system_clock::now();", "no clock")

    def test_the_reference_shares_the_plainest_types_only(self):
        for name in ("account", "amount", "reason", "transaction"):
            self.assert_sees("reference/a.cc", f"domain/{name}.h")
        self.assert_refused("reference/a.cc", '#include "domain/decide.h"', "may not depend on domain/")
        self.assert_refused("reference/a.cc", '#include "storage/store.h"', "may not depend on storage/")
        self.assert_refused("domain/a.cc", '#include "reference/shape.h"', "may not depend on reference/")

    def test_rocksdb_is_named_where_databases_are(self):
        line = "#include <rocksdb/db.h>"
        for room in ("rocks", "journal", "groups", "books"):
            self.assert_allowed({f"storage/{room}/a.cc": line + "\n"})
        for folder in ("storage", "storage/format", "storage/events", "actors/ledger", "server", "clients/cpp"):
            self.assert_refused(f"{folder}/a.cc", line, "may not use RocksDB")

    def test_only_actors_and_server_name_caf(self):
        line = "#include <caf/all.hpp>"
        for folder in ("actors", "actors/ledger", "actors/groups", "server"):
            self.assert_allowed({f"{folder}/a.cc": line + "\n"})
        for folder in ("storage", "storage/books", "server/events", "apps/cli", "bench"):
            self.assert_refused(f"{folder}/a.cc", line, "may not use CAF")

    def test_generated_types_stop_at_the_event_codec(self):
        line = '#include "florin/v1/account.pb.h"'
        for folder in ("storage/events", "server/groups", "clients/cpp", "apps/exporter"):
            self.assert_allowed({f"{folder}/a.h": line + "\n"})
        for folder in ("actors", "actors/groups", "storage", "storage/format", "storage/books", "domain"):
            self.assert_refused(f"{folder}/a.h", line, "may not use the generated contract")

    def test_process_is_below_all_but_the_domain(self):
        for source in ("server/b.cc", "apps/cli/b.cc", "bench/b.cc"):
            self.assert_sees(source, "process/a.h")
        self.assert_allowed({"process/a.h": "#include <unistd.h>\n"})
        self.assert_refused("process/a.cc", '#include "server/server.h"', "may not depend on server/")
        self.assert_refused("process/a.cc", "#include <grpcpp/grpcpp.h>", "may not use gRPC")
        self.assert_refused("domain/a.cc", '#include "process/a.h"', "may not depend on process/")

    def test_rooms_do_not_look_up(self):
        for source, path, target in (
            ("storage/books/a.cc", "actors/ledger.h", "actors/"),
            ("storage/format/a.cc", "storage/journal/journal.h", "storage/journal/"),
            ("storage/journal/a.cc", "storage/store.h", "storage/"),
            ("storage/books/a.cc", "storage/events/codec.h", "storage/events/"),
            ("actors/ledger/a.cc", "server/server.h", "server/"),
            ("actors/a.h", "actors/ledger/flight.h", "actors/ledger/"),
            ("server/rpc/a.cc", "server/config.h", "server/"),
            ("server/events/a.cc", "server/groups/feed.h", "server/groups/"),
            ("clients/cpp/a.h", "domain/amount.h", "domain/"),
            ("clients/cpp/a.h", "apps/cli/session.h", "apps/cli/"),
            ("server/a.cc", "clients/cpp/client.h", "clients/cpp/"),
        ):
            self.assert_refused(source, f'#include "{path}"', f"may not depend on {target}:")

    def test_rooms_are_entered_by_their_doors(self):
        self.assert_sees("actors/ledger/a.cc", "storage/store.h")
        self.assert_refused("actors/ledger/a.cc", '#include "storage/books/index.h"', "door of storage/")
        self.assert_refused("actors/ledger/a.cc", '#include "storage/journal/rocks_journal.h"', "door of storage/")
        self.assert_sees("actors/groups/a.cc", "actors/ledger.h")
        self.assert_refused("actors/groups/a.cc", '#include "actors/ledger/flight.h"', "its door only")
        self.assert_sees("actors/groups/a.cc", "storage/groups/group_store.h")
        self.assert_refused("actors/groups/a.cc", '#include "storage/groups/records.h"', "their own store")
        self.assert_refused("server/a.cc", '#include "actors/ledger/ledger_core.h"', "by their doors")

    def test_a_reason_is_given(self):
        self.assert_refused("domain/a.h", '#include "storage/store.h"', "the same answer on every replay")

    def test_paths_are_written_from_the_top(self):
        self.assert_refused("server/a.cc", '#include "../domain/amount.h"', "from the top")
        self.assert_refused("server/a.cc", '#include "server/gone.h"', "no such file")
        self.assert_refused("server/a.cc", '#include "gone/a.h"', "no room of ours")

    def test_a_folder_that_the_table_does_not_have_is_refused(self):
        for name in ("storage/verify/a.h", "clients/a.h", "domain/flows/a.h"):
            self.assertIn(f"{name}:1: its folder is no room", run({name: ""}))

    def test_rooms_that_need_each_other_are_found(self):
        check = load()
        self.assertEqual(check.circle(), [])
        check.ROOMS["domain"] = check.Room("", sees=("actors/ledger.h",))
        self.assertEqual(set(check.circle()) & {"actors", "domain"}, {"actors", "domain"})

    def test_the_exit_code_says_it(self):
        with tempfile.TemporaryDirectory() as root:
            command = [sys.executable, str(CHECK), "--root", root]
            self.assertEqual(subprocess.run(command, check=False).returncode, 0)
            pathlib.Path(root, "text").mkdir()
            pathlib.Path(root, "text/a.h").write_text("#include <fmt/format.h>\n")
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn("text/a.h:1: ", done.stdout)

    def test_each_row_is_of_a_folder_that_is_there(self):
        for name in RULES.ROOMS:
            self.assertTrue((TOP / name).is_dir(), name)

    def test_what_the_table_allows_passes(self):
        self.assert_allowed({
            "domain/amount.h": "#include <string>\n",
            "storage/format/record.h": '#include "domain/amount.h"\n',
            "storage/store.h": '#include "storage/format/record.h"\n',
            "storage/journal/a.h": '#include <rocksdb/db.h>\n#include "storage/format/record.h"\n',
            "actors/ledger/a.cc": '#include <caf/all.hpp>\n#include "storage/store.h"\n',
            "tests/actors/ledger/a_test.cc": '#include <gtest/gtest.h>\n#include "storage/journal/a.h"\n',
            "clients/cpp/a.cc": '#include "florin/v1/account.pb.h"\n#include "text/visible.h"\n',
            "server/a.cc": '#include "text/visible.h"\n',
            "text/visible.h": "#include <string>\n",
        })  # fmt: skip


if __name__ == "__main__":
    unittest.main()
