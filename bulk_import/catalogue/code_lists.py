"""OneFile's code lists L12 to L16 (article 76000033825), without leading zeros as the vendor writes them.

The other labels are those of the ILR's own list of today (look-ups of DfE's Learner Entry Tool) and of the list used
before 2012, as systems show them beside the codes or instead of them.
"""

ETHNICITIES = (
    ("31", "White: English / Welsh / Scottish / Northern Irish / British"),
    ("32", "White: Irish"),
    ("33", "White: Gypsy or Irish Traveller"),
    ("34", "White: any other White background"),
    ("35", "Mixed: White and Black Caribbean"),
    ("36", "Mixed: White and Black African"),
    ("37", "Mixed: White and Asian"),
    ("38", "Mixed: any other mixed background"),
    ("39", "Asian: Indian"),
    ("40", "Asian: Pakistani"),
    ("41", "Asian: Bangladeshi"),
    ("42", "Asian: Chinese"),
    ("43", "Asian: any other Asian background"),
    ("44", "Black: African"),
    ("45", "Black: Caribbean"),
    ("46", "Black: any other Black background"),
    ("47", "Arab"),
    ("98", "Any other ethnic group"),
    ("99", "Not known or not provided"),
)
ETHNICITY_LABELS = (
    ("31", "White British"),
    ("31", "English / Welsh / Scottish / Northern Irish / British"),
    ("32", "Irish"),
    ("33", "Gypsy or Irish Traveller"),
    ("34", "any other White background"),
    ("35", "White and Black Caribbean"),
    ("36", "White and Black African"),
    ("37", "White and Asian"),
    ("38", "any other Mixed / multiple ethnic background"),
    ("39", "Indian"),
    ("39", "Asian / Asian British: Indian"),
    ("40", "Pakistani"),
    ("40", "Asian / Asian British: Pakistani"),
    ("41", "Bangladeshi"),
    ("41", "Asian / Asian British: Bangladeshi"),
    ("42", "Chinese"),
    ("42", "Asian / Asian British: Chinese"),
    ("43", "any other Asian background"),
    ("44", "African"),
    ("44", "Black / African / Caribbean / Black British: African"),
    ("45", "Caribbean"),
    ("46", "any other Black / African / Caribbean background"),
    ("99", "Not known / not provided"),
    ("99", "Not known"),
    ("99", "Not provided"),
)
DISABILITIES = (
    ("1", "Visual impairment"),
    ("2", "Hearing impairment"),
    ("3", "Disability affecting mobility"),
    ("4", "Other physical disability"),
    ("5", "Other medical condition (for example epilepsy, asthma, diabetes)"),
    ("6", "Emotional or behavioural difficulties"),
    ("7", "Mental health difficulty"),
    ("8", "Temporary disability after illness or accident"),
    ("9", "Profound or complex disabilities"),
    ("10", "Asperger's syndrome"),
    ("90", "Multiple disabilities"),
    ("97", "Other disability"),
    ("98", "No disability"),
    ("99", "Not known or not provided"),
)
DISABILITY_LABELS = (
    ("5", "Other medical condition"),
    ("5", "Other medical condition (epilepsy, asthma, diabetes)"),
    ("6", "Emotional/behavioural difficulties"),
    ("9", "Profound/complex disabilities"),
    ("97", "Other"),
    ("99", "Not known"),
    ("99", "Not provided"),
)
DIFFICULTIES = (
    ("1", "Moderate learning difficulty"),
    ("2", "Severe learning difficulty"),
    ("10", "Dyslexia"),
    ("11", "Dyscalculia"),
    ("19", "Other specific learning difficulty"),
    ("20", "Autism spectrum disorder"),
    ("90", "Multiple learning difficulties"),
    ("97", "Other learning difficulty"),
    ("98", "No learning difficulty"),
    ("99", "Not known or not provided"),
)
DIFFICULTY_LABELS = (("97", "Other"), ("99", "Not known"), ("99", "Not provided"))
HEALTH = (
    ("1", "Considers himself or herself to have a learning difficulty, disability or health problem"),
    ("2", "Does not consider himself or herself to have a learning difficulty, disability or health problem"),
    ("9", "No information provided"),
)
HEALTH_LABELS = (
    ("1", "Learner considers himself or herself to have a learning difficulty, disability or health problem"),
    ("2", "Learner does not consider himself or herself to have a learning difficulty, disability or health problem"),
    ("9", "No information provided by the learner"),
)
SEXES = (("F", "Female"), ("M", "Male"), ("9", "Not known"))
