"""Long work: the same answer wherever it is done, told as it goes on, and cleanly interrupted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest

from cusum import BernoulliCusum, BernoulliGlr, Criterion, find_limit, run_length
from cusum.design.guarantee import EstimationSample
from cusum.errors import CusumError
from cusum.work import in_chunks, progress_reporter

C = Criterion(acceptable=0.1, unacceptable=0.2)
CHART = BernoulliCusum(criterion=C, limit=1.5)
GLR = BernoulliGlr(acceptable=0.1, limit=2.0, window=30)


def simulated(executor=None):
    return run_length(
        CHART, failure_rate=0.2, method="simulation", replicates=5000, seed=7, executor=executor
    ).law.first


def searched(executor=None):
    design = find_limit(GLR, false_signal=0.2, within=30, replicates=7000, seed=3, executor=executor)
    return design.limit, design.false_signal


def waited(executor=None):
    design = find_limit(GLR, in_control_mean=40, replicates=3000, seed=3, executor=executor)
    return design.limit, design.in_control_mean.value, design.standard_error


def guaranteed(executor=None):
    sample = EstimationSample(np.arange(200) % 10 == 0)
    asked = {"in_control_mean": 60, "guarantee": 0.9, "sample": sample, "replicates": 12, "seed": 5}
    return find_limit(CHART, **asked, executor=executor).limit


WORK = {"simulated": simulated, "searched": searched, "waited": waited, "guaranteed": guaranteed}


@pytest.fixture(scope="module")
def alone():
    return {name: work() for name, work in WORK.items()}


def check_all(executor, alone):
    for name, work in WORK.items():
        np.testing.assert_array_equal(work(executor), alone[name], err_msg=name)


@pytest.mark.parametrize("workers", [1, 4])
def test_a_process_pool_gives_the_same_answer(workers, alone):
    with ProcessPoolExecutor(workers) as pool:
        check_all(pool, alone)


def test_a_thread_pool_gives_the_same_answer(alone):
    with ThreadPoolExecutor(3) as pool:
        check_all(pool, alone)


@pytest.mark.filterwarnings("ignore::DeprecationWarning:distributed", "ignore::ResourceWarning")
def test_a_dask_cluster_gives_the_same_answer(alone):
    """Two worker processes, as on a cluster: charts and samples go there and come back."""
    distributed = pytest.importorskip("distributed", reason="the optional extra 'dask' is not installed")
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:
        check_all(client.get_executor(), alone)


# ---- progress -----------------------------------------------------------------------------------------------------


def draw(size, seed):
    return np.random.default_rng(seed).random(size)


@pytest.mark.parametrize("threads", [None, 2])
def test_progress_is_told_after_each_chunk(threads):
    told = []
    pool = ThreadPoolExecutor(threads) if threads else None
    found = in_chunks(draw, 25, 10, 1, pool, progress=lambda *seen: told.append(seen), what="drawn")
    if pool:
        pool.shutdown()
    assert [part.size for part in found] == [10, 10, 5]
    done, total, what = zip(*told, strict=True)
    assert sorted(done) == list(done)
    assert done[-1] == 25
    assert set(total) == {25}
    assert set(what) == {"drawn"}


@pytest.mark.parametrize("work", [waited, guaranteed, searched, simulated])
def test_long_designs_tell_how_far_they_are(work, monkeypatch, capsys):
    """With nobody to see it nothing is drawn; a callback hears of all of it."""
    told = []
    asked = {
        waited: lambda progress: find_limit(GLR, in_control_mean=40, replicates=500, seed=3, progress=progress),
        guaranteed: lambda progress: find_limit(
            CHART,
            false_signal=0.2,
            within=20,
            guarantee=0.8,
            sample=EstimationSample([0, 1, 0, 0, 0, 0, 1, 0]),
            replicates=3,
            seed=1,
            progress=progress,
        ),
        searched: lambda progress: find_limit(
            GLR, false_signal=0.2, within=20, replicates=500, seed=1, progress=progress
        ),
        simulated: lambda progress: run_length(GLR, failure_rate=0.2, replicates=300, seed=1, progress=progress),
    }[work]
    asked(lambda done, total, what: told.append((done, total, what)))
    assert told
    assert told[-1][0] == told[-1][1]
    asked(True)
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_a_terminal_sees_a_bar_that_is_wiped_out(monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    in_chunks(draw, 4, 2, 1, progress=True, what="drawn")
    drawn = capsys.readouterr().err
    assert "drawn" in drawn
    assert "4/4" in drawn
    assert drawn.endswith("\r")
    assert "\n" not in drawn
    with progress_reporter(False, "x") as tell:
        tell(1, 2, "x")
    assert capsys.readouterr().err == ""


# ---- interruption -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("threads", [None, 1])
def test_an_interruption_ends_the_work(threads):
    """After the first chunk a person interrupts: what has not begun never runs, and the pool goes down at once."""
    ran, gate = [], threading.Event()

    def run(size, seed):
        ran.append(size)
        if threads and len(ran) > 1:
            gate.wait(10)
        return size

    def interrupt(done, total, what):
        raise KeyboardInterrupt("enough")

    pool = ThreadPoolExecutor(threads) if threads else None
    with pytest.raises(KeyboardInterrupt, match="enough"):
        in_chunks(run, 50, 1, 1, pool, progress=interrupt)
    gate.set()
    if pool:
        pool.shutdown()
    assert len(ran) <= 3


def test_a_failing_chunk_ends_the_work():
    def run(size, seed):
        raise ArithmeticError("no answer")

    with ThreadPoolExecutor(2) as pool, pytest.raises(ArithmeticError, match="no answer"):
        in_chunks(run, 9, 1, 1, pool)


SCRIPT = """
import sys
from concurrent.futures import ProcessPoolExecutor
import numpy as np
from cusum import BernoulliCusum, Criterion, find_limit
from cusum.design.guarantee import EstimationSample

def told(done, total, what):
    print(done, flush=True)

if __name__ == "__main__":
    chart = BernoulliCusum(criterion=Criterion(acceptable=0.1, unacceptable=0.2), limit=1.0)
    sample = EstimationSample(np.arange(200) % 10 == 0)
    with ProcessPoolExecutor(2) as pool:
        find_limit(chart, in_control_mean=100, guarantee=0.9, sample=sample, replicates=100_000, seed=1,
                   executor=pool, progress=told)
"""


@pytest.mark.skipif(os.name != "posix", reason="signals to a group of processes are those of POSIX")
def test_control_c_leaves_no_worker_behind(tmp_path):
    """A program with a pool of processes, interrupted as by Ctrl-C at its terminal, is gone within seconds."""
    path = tmp_path / "program.py"
    path.write_text(SCRIPT, encoding="utf-8")
    program = subprocess.Popen(
        [sys.executable, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert program.stdout is not None
        assert int(program.stdout.readline()) > 0  # it is under way
        os.killpg(program.pid, signal.SIGINT)
        _, errors = program.communicate(timeout=240)  # a busy machine takes its time
        assert program.returncode != 0
        assert "KeyboardInterrupt" in errors
        for _ in range(50):
            if not group_is_alive(program.pid):
                break
            time.sleep(0.1)
        assert not group_is_alive(program.pid)
    finally:
        if group_is_alive(program.pid):
            os.killpg(program.pid, signal.SIGKILL)
        program.communicate()


def group_is_alive(group):
    """Tell whether any process of a group is still there."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("seed", [None, 1.5, True, "1"], ids=repr)
def test_seeds_that_are_refused(seed):
    with pytest.raises(CusumError, match="seed"):
        in_chunks(draw, 3, 1, seed)
