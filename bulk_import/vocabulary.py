"""The words of OneFile's API and of its refusals: what is not among them may be somebody's data.

A refusal is free text of a server, which may quote what was sent, another person's account, or anything else. No
pattern recognises all personal data, so a refusal is shown with these words alone (see `refusal`).
"""

from __future__ import annotations

FIELD_NAMES = (
    *("ID", "Username", "Name", "Title", "OrganisationID", "FirstName", "LastName", "Email", "Role", "MISID"),
    *("DefaultAssessorID", "ClassroomID", "PlacementID", "ProviderID", "DefaultEmployerID", "LearnerStatusID"),
    *("CreatedOn", "CompanyName", "MobileNumber", "Telephone", "Website", "WorkAddress", "HomeAddress"),
    *("ULN", "NINO", "EpisodeName", "CentreRegister", "DOB", "StartOn", "PlannedEndDate", "SupportFunding"),
    *("L12", "L13", "L14", "L15", "L16"),
    *("KeychainCreationForNewUserActive", "KeychainEmailSuppression"),
)
"""The fields that are sent and answered, as the maker spells them; OneFile ignores case (article 76000037051)."""

_SAYING_LITTLE = """
    about above after again already and any at because before below but can can't cannot could couldn't did
    didn't does doesn't either for from has hasn't have haven't is isn't it its later least less most must no not
    of one only or other please should some such that the their then there these they this those try two
    under until up was wasn't were weren't when where whether which while with without would you your
    """

_SAYING_MUCH = """
    accept accepted access account accounts active actions add added address addresses allow allowed api archive
    archived argument assessor assessors assign assigned associated attempt authentication authorisation authorised
    authorization authorized available
    bad belong belongs blank body boolean busy
    centre centres change changed character characters check choose class classes classroom classrooms code codes
    company condition conflict contact contain contains content correct create created creating creation customer
    customers
    data database date dates default delete deleted denied details different digit digits
    duplicate duplicated duplicates duplication
    e-mail e-mails email emails employer employers empty end enter entered entity entry episode error errors
    exceed exceeded exceeds exception exist existing exists expected expired
    fail failed failure fields find first forbidden form format formatted found framework full funding future
    gateway greater
    http https
    id identifier ids inactive incorrect input insurance integer internal invalid iqa issue
    json
    last later learner learners left length letter letters licence licences limit line list locked login longer
    maintenance mandatory many match matches matching maximum message method mis missing mobile model module
    name names national needed negative nothing number numbers
    object observer observers onefile operation option organisation organisations out
    parameter parse past path permission permissions permitted phone placement placements planned positive
    postcode present problem process processed property provided provider providers
    range reach reached read reason receive received record records reference refused register registered rejected
    request requested required reserved resource retry role roles
    save saved schema seat seats select selected send sent server service session specified start started status
    string supplied support supported system
    taken technical telephone template text timeout token too trainee type
    unable unauthorised unauthorized unavailable unexpected unique unknown unprocessable unrecognised unrecognized
    unsupported update updated url use used user username users uses using
    valid validate validated validation value values violates violation
    website work wrong
    yet zero
    """

_ALSO_NAMES_OF_PEOPLE = """
    a an as are be been case day do down false field given had home in long max may min month more new none null on once
    order page reach read said short so than to true will year
    """

SAYING_LITTLE = frozenset(_SAYING_LITTLE.split())
"""Words that say nothing by themselves."""

WORDS = (frozenset(_SAYING_MUCH.split()) | SAYING_LITTLE | {name.casefold() for name in FIELD_NAMES}) - frozenset(
    _ALSO_NAMES_OF_PEOPLE.split()
)
"""What may be shown in any spelling, in lower case here."""

WORDS_IN_LOWER_CASE = frozenset(_ALSO_NAMES_OF_PEOPLE.split())
"""What may be shown in lower case alone: with a capital it may be a name, such as May Long."""
