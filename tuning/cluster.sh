#!/usr/bin/env bash
# One process of a search on several machines: a chief and any number of workers, all with the same
# folder and the same configuration. Paste it into a Slurm job or a Kubernetes container.
#
#   Slurm:       sbatch --ntasks=9 --wrap 'srun tuning/cluster.sh tuning/ntu.toml --root ...'
#   Kubernetes:  an Indexed Job with a headless service; set CHIEF_HOST to the DNS name of its pod 0
#   By hand:     CHIEF_HOST=host0 RANK=0 tuning/cluster.sh ... on host0, RANK=1 on the next, ...
#
# The process of rank 0 is the chief: it trains nothing until the winner is known, and needs no
# graphics card before then.
set -euo pipefail

rank=${RANK:-${SLURM_PROCID:-${JOB_COMPLETION_INDEX:?"set RANK to 0 for the chief, 1, 2 ... for workers"}}}
host=${CHIEF_HOST:-}
if [[ -z $host && -n ${SLURM_JOB_NODELIST:-} ]]; then
    host=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)
fi
export KERASTUNER_ORACLE_PORT=${CHIEF_PORT:-8765}
if [[ $rank -eq 0 ]]; then
    export KERASTUNER_TUNER_ID=chief
    export KERASTUNER_ORACLE_IP=0.0.0.0 # listens on every address of this machine
else
    # The same after a restart: the chief gives a worker its own trial back.
    export KERASTUNER_TUNER_ID=worker$rank
    export KERASTUNER_ORACLE_IP=${host:?"set CHIEF_HOST to the machine of the chief"}
fi
exec drnn tune "$@"
