// SPDX-License-Identifier: Apache-2.0
//
// The list of commands, the one place where exceptions become text, and the exit codes.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>

#include "command.hpp"
#include "esieve/error.hpp"
#include "esieve/version.hpp"
#include "progress_bar.hpp"

#if defined(__GLIBC__)  // known once a header of it is there
#include <malloc.h>
#endif

namespace {

/// A thread's own memory would stay its own when it is freed, tens of MiB that no other thread can use.
void share_memory_between_threads() {
#if defined(__GLIBC__)
  constexpr int few = 4;
  mallopt(M_ARENA_MAX, few);
#endif
}

using esieve::tools::ExitCode;

int fail(ExitCode code, const char* message) {
  std::fprintf(stderr, "esieve: %s\n", message);
  return static_cast<int>(code);
}

int run_command(const esieve::tools::Run& run) {
  try {
    return static_cast<int>(run());
  } catch (const esieve::Interrupted& error) {
    return fail(ExitCode::interrupted, error.what());
  } catch (const esieve::UsageError& error) {
    return fail(ExitCode::usage, error.what());
  } catch (const esieve::IoError& error) {
    return fail(ExitCode::io, error.what());
  } catch (const esieve::Error& error) {
    return fail(ExitCode::bad_data, error.what());
  } catch (const std::bad_alloc&) {
    return fail(ExitCode::io, "out of memory; try fewer --threads or a smaller --frames-per-chunk");
  } catch (const std::exception& error) {
    return fail(ExitCode::internal, (std::string("internal error, please report it: ") + error.what()).c_str());
  }
}

/// Ends without what libraries do at an exit. All files are closed by now; but HDF5 cannot close what it failed to open in a
/// damaged file, tries a hundred times and says so.
[[noreturn]] void leave(int code) {
  std::fflush(nullptr);
  std::_Exit(code);
}

}  // namespace

int main(int argc, char** argv) {
  share_memory_between_threads();
  std::signal(SIGINT, &esieve::tools::request_stop);
  std::signal(SIGTERM, &esieve::tools::request_stop);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file size limit is then an error of the write

  CLI::App app("Dense 4D-STEM frames to compressed electron events, losslessly, and the proof of it.", "esieve");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string(esieve::library_version));
  app.footer(
      "Examples:\n"
      "  esieve convert scan.h5 scan.hdf5        dense frames to events, verified\n"
      "  esieve verify scan.hdf5 scan.h5         prove that nothing was lost\n"
      "  esieve info scan.hdf5                   what a file holds\n"
      "  esieve COMMAND --help                   options and examples of a command");
  esieve::tools::Run run;
  esieve::tools::add_convert(app, run);
  esieve::tools::add_verify(app, run);
  esieve::tools::add_info(app, run);
  esieve::tools::add_extract(app, run);
  esieve::tools::add_events(app, run);
  esieve::tools::add_simulate(app, run);
  esieve::tools::add_recover(app, run);
  esieve::tools::add_regrid(app, run);
  esieve::tools::add_watch(app, run);
  esieve::tools::add_bench(app, run);
  esieve::tools::add_doctor(app, run);
  esieve::tools::add_plugin_path(app, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& request) {  // --help, --version
    return app.exit(request);
  } catch (const CLI::ParseError& error) {
    const std::string message = std::string(error.what()) + " (see esieve --help, esieve COMMAND --help)";
    return fail(ExitCode::usage, message.c_str());
  }
  leave(run_command(run));
}
