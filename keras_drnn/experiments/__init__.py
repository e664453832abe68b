"""The comparison: recipes, models, training that resumes, evaluation, run folders."""
